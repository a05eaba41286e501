//! Whichever store the configuration names.

use super::http::HttpStore;
#[cfg(any(feature = "s3", feature = "gcs", feature = "azure"))]
use super::object::ObjectState;
use crate::port::{Holder, StateStore, StoreFailure, Stored};

/// One of the stores.
#[derive(Debug)]
pub enum AnyStore {
    /// A server that speaks Terraform's protocol.
    Http(Box<HttpStore>),
    /// An object store.
    #[cfg(any(feature = "s3", feature = "gcs", feature = "azure"))]
    Object(ObjectState),
}

macro_rules! ask {
    ($self:ident, $store:ident => $ask:expr) => {
        match $self {
            AnyStore::Http($store) => $ask,
            #[cfg(any(feature = "s3", feature = "gcs", feature = "azure"))]
            AnyStore::Object($store) => $ask,
        }
    };
}

impl StateStore for AnyStore {
    async fn load(&self) -> Result<Option<Stored>, StoreFailure> {
        ask!(self, store => store.load().await)
    }

    async fn replace(
        &self,
        bytes: Vec<u8>,
        before: Option<&Stored>,
    ) -> Result<Stored, StoreFailure> {
        ask!(self, store => store.replace(bytes, before).await)
    }

    async fn lock(&self, holder: &Holder) -> Result<(), StoreFailure> {
        ask!(self, store => store.lock(holder).await)
    }

    async fn take_over(&self, from: &Holder, holder: &Holder) -> Result<(), StoreFailure> {
        ask!(self, store => store.take_over(from, holder).await)
    }

    fn has_leases(&self) -> bool {
        ask!(self, store => store.has_leases())
    }

    async fn renew(&self, holder: &Holder) -> Result<(), StoreFailure> {
        ask!(self, store => store.renew(holder).await)
    }

    async fn unlock(&self, holder: &Holder) -> Result<(), StoreFailure> {
        ask!(self, store => store.unlock(holder).await)
    }

    async fn force_unlock(&self, id: &str) -> Result<(), StoreFailure> {
        ask!(self, store => store.force_unlock(id).await)
    }
}
