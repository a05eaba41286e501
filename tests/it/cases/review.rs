//! What reviews say.
