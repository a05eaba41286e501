//! The state in a store that a team shares: one document, replaced only by who has read the version before,
//! and a lock.
//!
//! A store does one request at a time; [`Patient`] repeats what may be repeated and knows its own writes
//! again whose answer was lost. [`Lease`] takes and keeps the lock.

mod any;
mod environment;
mod http;
mod lease;
#[cfg(any(feature = "s3", feature = "gcs", feature = "azure"))]
mod object;
mod open;
mod patient;
#[cfg(feature = "s3")]
mod profile;

pub use any::AnyStore;
pub use environment::Environment;
pub use http::{HttpAuth, HttpOptions, HttpStore};
pub use lease::{Clock, LEASE, Lease, RENEW};
#[cfg(any(feature = "s3", feature = "gcs", feature = "azure"))]
pub use object::ObjectState;
pub use open::open;
pub use patient::Patient;
