//! Tests of the client as a whole: over a scripted transport with the clock paused, over HTTP against
//! wiremock, and against real servers.

mod asking;
mod hostile;
mod lies;
pub(crate) mod lifecycle;
mod over_http;
mod peers;
mod repeating;
mod signing_in;
mod storm;
mod support;
