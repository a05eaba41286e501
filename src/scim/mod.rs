//! SCIM 2.0 and OAuth over HTTP: the ports of the outside for both dialects.
//!
//! [`Client`] implements the ports. From the top down: `ports` with `look_up`, `create` and `change` says
//! what is asked, `probe` tests a connection; `resources` reads a service as a directory; `listing` reads whole lists or refuses them; `decode` and `encode` go through the
//! attribute table; `session` keeps the pace and repeats, `fetch` signs in; `transport` carries one request,
//! over HTTP in `http`. What differs between services on the wire is a value in `wire`.

mod change;
mod client;
mod create;
mod decode;
mod encode;
mod failure;
mod fetch;
mod http;
mod listing;
mod look_up;
mod options;
mod pace;
mod ports;
mod probe;
mod resources;
mod retry;
mod retry_after;
mod session;
mod sign_in;
mod token;
mod transport;
mod wire;

pub use client::{Client, OpenError};
pub use http::Http;
pub use options::{Auth, ClientOptions, Clock};
pub use probe::{Reached, SignedIn};
pub use session::{Class, Requests};
pub use sign_in::{SignInFailure, Trouble};
pub use transport::{Loss, Lost, Outgoing, Reply, Transport};

#[cfg(test)]
pub(crate) mod tests;
