//! Messages that lead somewhere.
