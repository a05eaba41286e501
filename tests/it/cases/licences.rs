//! Licences and seats.
