//! A state that a team shares: the binary on several machines, against a server that keeps it.

#[cfg(feature = "age")]
mod encrypted;
#[cfg(feature = "gcs")]
mod google;
mod kill;
#[cfg(feature = "s3")]
mod lease;
mod moving;
#[cfg(all(feature = "s3", feature = "azure"))]
mod real;
mod server;
mod stores;
mod team;
mod transfer;
mod world;
