//! The words of the product as types: address, attribute, value, actions, connection, dialect.
//!
//! Facts live here as data, so that reading, writing, comparing and documenting go through one table.

mod actions;
mod address;
mod attribute;
mod backend;
mod connection;
mod dialect;
mod hosts;
mod licenses;
pub mod number;
mod unicode;
mod values;
mod write;

pub use actions::{Action, Actions, RemoveAction};
pub use address::{Address, ParseAddressError, Who, fold, folded, same_address};
pub use attribute::{ATTRIBUTES, Attribute, AttributeSet, AttributeSpec, Kind, ScimPath};
pub use backend::{
    Azure, Backend, Encrypt, Gcs, Http, S3, StatePlace, deletes_other, http_methods,
};
pub use connection::{Connection, Fingerprint, Guard, Limit, Pace, Rate, Service};
pub use dialect::{ActivationBy, Dialect, UpdateBy};
pub use hosts::{Home, HostError, check_bare_url, check_store_url, check_url, leads_home};
pub use licenses::{LICENSES, License, LicenseForm, LicenseKind, LicenseSpec, UserType};
pub use unicode::{
    code_point, compare_text, is_invisible, is_nfc, mixed_scripts, nfc, nfc_text, same_text,
};
pub use values::{LicenseValue, Value, Values};
pub use write::{NewAccount, Update};

/// A name or text: short ones are stored inline, long ones are shared, clones are cheap.
pub use smol_str::SmolStr as Text;
