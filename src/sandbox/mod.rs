//! A Zoom account inside the binary: the OAuth and SCIM endpoints over real HTTP, with Zoom's manners.
//!
//! It is an independent witness: nothing here is shared with the client, wire types included, so that a
//! misunderstanding of the protocol cannot hide on both sides. It opens no file (the [`Store`] does) and
//! reads no clock but the one it is given, so a run with the same seed, faults and requests answers the
//! same bytes.
//!
//! Everything happens in `desk` under one lock: a request is decoded, judged, written to the store and
//! only then answered. `zoom` and `rfc` hold what differs between the two [`Manners`].

mod account;
mod answer;
mod counts;
mod desk;
mod document;
mod faults;
mod ids;
mod line;
mod listing;
mod oauth;
mod options;
mod pace;
mod people;
mod request;
mod rfc;
mod seed;
mod server;
mod store;
mod user;
mod wire;
mod zoom;

#[cfg(test)]
mod tests;

pub use counts::{Counts, Seen};
pub use faults::{FAULTS_HELP, Faults};
pub use options::{Clock, Credentials, Manners, Options, Rates};
pub use request::Class;
pub use seed::{Seed, Standing, UserView};
pub use server::{Running, Sandbox, StartError};
pub use store::{MemoryStore, Saved, Store};
