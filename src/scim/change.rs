//! Changing, switching and deleting an account.

use std::sync::atomic::Ordering;

use reqwest::Method;
use serde_json::json;

use super::client::{Client, Got};
use super::encode::{self, Operation, Resource};
use super::session::{Class, Request};
use super::transport::{Reply, Transport};
use crate::model::{ActivationBy, Attribute, UpdateBy, Value};
use crate::port::{Answer, Answered, Failure, Update};

/// A resource as it is now, with what an `If-Match` takes.
struct Current {
    resource: Resource,
    tag: Option<String>,
}

impl<T: Transport> Client<T> {
    /// Sends an update as the dialect sends it.
    pub(super) async fn change(
        &self,
        id: &str,
        update: &Update,
    ) -> Result<Answered<Answer>, Failure> {
        let changes = encode::changes(update, &self.dialect);
        if changes.is_empty() {
            return Ok(Answered::untracked(None));
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
    pub(super) async fn switch(&self, id: &str, active: bool) -> Result<Answered<Answer>, Failure> {
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
    pub(super) async fn remove(&self, id: &str) -> Result<Answered<()>, Failure> {
        let url = self.user_url(id)?;
        let request = Request {
            class: Class::Write,
            method: Method::DELETE,
            url,
            body: None,
            if_match: None,
        };
        let (reply, _) = self.session.repeat(&request).await?;
        if reply.is_success() || reply.status == 410 || self.is_absent(&reply) {
            return Ok(Answered { said: (), tracking_id: self.session.tracking_id(&reply) });
        }
        Err(self.session.failure(&reply))
    }

    async fn write(&self, request: Request) -> Result<Answered<Answer>, Failure> {
        let (reply, _) = self.session.repeat(&request).await?;
        self.answer(&reply)
    }

    fn answer(&self, reply: &Reply) -> Result<Answered<Answer>, Failure> {
        if !reply.is_success() {
            return Err(self.session.failure(reply));
        }
        Ok(Answered { said: self.answered(reply), tracking_id: self.session.tracking_id(reply) })
    }

    /// PATCH with one operation an attribute, or PUT of the whole where the service has no PATCH.
    async fn patch(
        &self,
        id: &str,
        changes: &[(Attribute, Value)],
    ) -> Result<Answered<Answer>, Failure> {
        if !self.no_patch.load(Ordering::Relaxed) {
            let multi = changes.iter().any(|(attribute, _)| encode::needs_current(*attribute));
            let make = |current: Option<&Resource>| {
                let none = Resource::new();
                let operations = encode::operations(changes, current.unwrap_or(&none));
                (!operations.is_empty()).then(|| encode::patch_body(operations))
            };
            let Some(reply) = self.send(id, Method::PATCH, multi, make).await? else {
                return Ok(Answered::untracked(None));
            };
            if !matches!(reply.status, 405 | 501) {
                return self.answer(&reply);
            }
            self.no_patch.store(true, Ordering::Relaxed);
        }
        // GET, change, PUT (RFC 7644 section 3.5.1). What Enroll does not know stays as it is.
        let make =
            |current: Option<&Resource>| current.map(|current| encode::whole_put(current, changes));
        match self.send(id, Method::PUT, true, make).await? {
            Some(reply) => self.answer(&reply),
            None => Ok(Answered::untracked(None)),
        }
    }

    /// Sends what `make` makes of the account as it is, where that is `needed`, else of nothing.
    ///
    /// Where the account was looked at and has an entity tag, the write holds only for that version. A
    /// refusal of a repeated write may come from its own first try, so it is looked at and sent once more;
    /// that of a first try is somebody else's change and a conflict.
    async fn send(
        &self,
        id: &str,
        method: Method,
        needed: bool,
        make: impl Fn(Option<&Resource>) -> Option<Resource>,
    ) -> Result<Option<Reply>, Failure> {
        let mut again = true;
        loop {
            let current = if needed { Some(self.current(id).await?) } else { None };
            let Some(body) = make(current.as_ref().map(|current| &current.resource)) else {
                return Ok(None);
            };
            let mut request = Request::write(method.clone(), self.user_url(id)?, &body)?;
            request.if_match = current.and_then(|current| current.tag);
            let (reply, tries) = self.session.repeat(&request).await?;
            if reply.status == 412 && tries > 1 && again {
                again = false;
                continue;
            }
            return Ok(Some(reply));
        }
    }

    async fn current(&self, id: &str) -> Result<Current, Failure> {
        let request = Request::get(Class::Read, self.user_url(id)?);
        let read = |body: &[u8]| serde_json::from_slice::<Resource>(body);
        match self.get(&request, "the answer is not a SCIM user", read).await? {
            Got::Value(resource, reply) => {
                let tag = reply.header("etag").map(str::to_owned);
                let tag = tag.or_else(|| version_tag(&resource));
                Ok(Current { resource, tag })
            }
            Got::Refused(reply) => Err(self.session.failure(&reply)),
        }
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
