//! SCIM 2.0 and OAuth over HTTP: the ports of the outside for both dialects.
//!
//! [`Client`] implements the ports. From the top down: `client` with `look_up`, `create` and `change` says
//! what is asked; `listing` reads whole lists or refuses them; `decode` and `encode` go through the
//! attribute table; `session` signs in, keeps the pace and repeats; `transport` carries one request, over
//! HTTP in `http`. What differs between services on the wire is a value in `wire`.

mod change;
mod client;
mod create;
mod decode;
mod encode;
mod failure;
mod hosts;
mod http;
mod listing;
mod look_up;
mod options;
mod pace;
mod retry;
mod retry_after;
mod session;
mod sign_in;
mod token;
mod transport;
mod wire;

pub use client::{Client, OpenError, SignedIn};
pub use hosts::{HostError, check_url};
pub use http::Http;
pub use options::{Auth, ClientOptions, Clock};
pub use session::{Class, Requests};
pub use sign_in::{SignInFailure, Trouble};
pub use transport::{Loss, Lost, Outgoing, Reply, Transport};

#[cfg(test)]
mod tests;
