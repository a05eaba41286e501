//! Apply and refresh against a service in memory that has Zoom's manners and fails when told to.

mod cases;
mod convergence;
mod looks;
mod refused;
mod service;
