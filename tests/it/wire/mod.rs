//! The binary against the embedded account over real HTTP: what is sent, what is asked, how a run ends.
//!
//! The sandbox shares nothing with the client, so a misunderstanding of the protocol cannot hide on both
//! sides. Nothing here measures time; what counts is what the server saw.

mod bytes;
mod disk;
mod echo;
mod failing;
mod hosts;
mod lists;
mod order;
mod pending;
mod probing;
mod recorded;
mod reviewed;
mod settled;
mod sources;
mod storm;
mod stubborn;
mod support;
mod switching;
mod tokens;
mod two;
