//! Changing, switching and deleting an account.

use std::sync::atomic::Ordering;

use reqwest::Method;
use serde_json::json;

use super::client::Client;
use super::encode::{self, Operation, Resource};
use super::session::{Class, Request};
use super::transport::{Reply, Transport};
use crate::model::{ActivationBy, Attribute, UpdateBy, Value};
use crate::port::{Answer, Failure, FailureKind, Update};

/// A resource as it is now, with what an `If-Match` takes.
struct Current {
    resource: Resource,
    tag: Option<String>,
}

impl<T: Transport> Client<T> {
    /// Sends an update as the dialect sends it.
    pub(super) async fn change(&self, id: &str, update: &Update) -> Result<Answer, Failure> {
        let moves = self.session.wire.rename_moves_email;
        let changes = encode::changes(update, &self.dialect, moves);
        if changes.is_empty() {
            return Ok(None);
        }
        match self.session.wire.update {
            UpdateBy::MergingPut => {
                let body = encode::merging_put(&changes);
                self.write(Request::write(Method::PUT, self.user_url(id)?, &body)?).await
            }
            UpdateBy::Patch => self.patch(id, &changes).await,
        }
    }

    /// Switches an account on or off, alone.
    pub(super) async fn switch(&self, id: &str, active: bool) -> Result<Answer, Failure> {
        match self.session.wire.activation {
            ActivationBy::PatchValue => {
                let operation = Operation::replace_with(json!({"active": active}));
                let body = encode::patch_body(vec![operation]);
                self.write(Request::write(Method::PATCH, self.user_url(id)?, &body)?).await
            }
            ActivationBy::PatchPath => {
                self.patch(id, &[(Attribute::Active, Value::Bool(active))]).await
            }
        }
    }

    /// Deletes an account; one that is gone already is a success.
    pub(super) async fn remove(&self, id: &str) -> Result<(), Failure> {
        let url = self.user_url(id)?;
        let request = Request {
            class: Class::Write,
            method: Method::DELETE,
            url,
            body: None,
            if_match: None,
        };
        let reply = self.session.repeat(&request).await?;
        if reply.is_success() || self.is_absent(&reply) {
            return Ok(());
        }
        Err(self.session.failure(&reply))
    }

    async fn write(&self, request: Request) -> Result<Answer, Failure> {
        let reply = self.session.repeat(&request).await?;
        self.answer(&reply)
    }

    fn answer(&self, reply: &Reply) -> Result<Answer, Failure> {
        if reply.is_success() { Ok(self.answered(reply)) } else { Err(self.session.failure(reply)) }
    }

    /// PATCH with one operation an attribute, or PUT of the whole where the service has no PATCH.
    async fn patch(&self, id: &str, changes: &[(Attribute, Value)]) -> Result<Answer, Failure> {
        if self.no_patch.load(Ordering::Relaxed) {
            return self.put_whole(id, changes).await;
        }
        let multi = changes.iter().any(|(attribute, _)| encode::needs_current(*attribute));
        let current = if multi {
            self.current(id).await?
        } else {
            Current { resource: Resource::new(), tag: None }
        };
        let operations = encode::operations(changes, &current.resource);
        if operations.is_empty() {
            return Ok(None);
        }
        let body = encode::patch_body(operations);
        let mut request = Request::write(Method::PATCH, self.user_url(id)?, &body)?;
        request.if_match = current.tag;
        let reply = self.session.repeat(&request).await?;
        if matches!(reply.status, 405 | 501) {
            self.no_patch.store(true, Ordering::Relaxed);
            return self.put_whole(id, changes).await;
        }
        self.answer(&reply)
    }

    /// GET, change, PUT (RFC 7644 section 3.5.1). What Enroll does not know stays as it is.
    async fn put_whole(&self, id: &str, changes: &[(Attribute, Value)]) -> Result<Answer, Failure> {
        let current = self.current(id).await?;
        let body = encode::whole_put(&current.resource, changes);
        let mut request = Request::write(Method::PUT, self.user_url(id)?, &body)?;
        request.if_match = current.tag;
        self.write(request).await
    }

    async fn current(&self, id: &str) -> Result<Current, Failure> {
        let request = Request::get(Class::Read, self.user_url(id)?);
        let reply = self.session.repeat(&request).await?;
        if !reply.is_success() {
            return Err(self.session.failure(&reply));
        }
        let resource: Resource = serde_json::from_slice(&reply.body)
            .map_err(|_| Failure::new(FailureKind::Protocol, "the answer is not a SCIM user"))?;
        let tag = reply.header("etag").map(str::to_owned).or_else(|| version_tag(&resource));
        Ok(Current { resource, tag })
    }
}

/// `meta.version` where it is an entity tag, which RFC 7644 section 3.14 makes the same as `ETag`.
fn version_tag(resource: &Resource) -> Option<String> {
    let meta = resource.get(&encode::find_key(resource, "meta")?)?.as_object()?;
    let version = meta.get(&encode::find_key(meta, "version")?)?.as_str()?;
    let is_tag =
        version.ends_with('"') && (version.starts_with("W/\"") || version.starts_with('"'));
    is_tag.then(|| version.to_owned())
}
