//! Tests of the client as a whole: over a scripted transport with the clock paused, over HTTP against
//! wiremock, and against real servers.

mod lifecycle;
mod peers;
mod support;
