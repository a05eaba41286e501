//! Where a team's state is: an object store, or a server that speaks Terraform's HTTP protocol.
//!
//! Settings only. Credentials come from the environment of whoever runs Enroll, never from here.

use std::fmt;

use url::Url;

use super::Text;

/// Where the state is, other than in a file beside the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Amazon S3, or what speaks its protocol.
    S3(S3),
    /// Google Cloud Storage.
    Gcs(Gcs),
    /// Azure Blob Storage.
    Azure(Azure),
    /// A server that speaks Terraform's HTTP protocol for state, such as GitLab.
    Http(Http),
}

/// Where the state is, and who can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatePlace {
    /// Where it is; `None`: in a file beside the configuration.
    pub backend: Option<Backend>,
    /// Who can read it, and all else that is written; `None`: whoever gets at the files.
    pub encrypt: Option<Encrypt>,
}

/// To whom everything is encrypted that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encrypt {
    /// X25519 recipients of age, `age1…`, at least one: public keys.
    pub recipients: Vec<Text>,
}

/// An object in S3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct S3 {
    /// The bucket.
    pub bucket: Text,
    /// The object's name.
    pub key: Text,
    /// The region; without it, that of the environment.
    pub region: Option<Text>,
    /// Another service that speaks S3's protocol.
    pub endpoint: Option<Text>,
    /// Whether the service is asked to encrypt what it keeps (SSE-S3).
    pub encrypt: bool,
    /// The key of the service's key management that it encrypts with (SSE-KMS).
    pub kms_key_id: Option<Text>,
}

/// An object in Google Cloud Storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gcs {
    /// The bucket.
    pub bucket: Text,
    /// The object's name.
    pub key: Text,
}

/// A blob in Azure Storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Azure {
    /// The storage account.
    pub account: Text,
    /// The container.
    pub container: Text,
    /// The blob's name.
    pub key: Text,
    /// Another address of the service.
    pub endpoint: Option<Text>,
}

/// A state at a server, and how it is locked there. What is `None` comes from the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Http {
    /// Where the state is.
    pub address: Option<Text>,
    /// Where it is locked.
    pub lock_address: Option<Text>,
    /// Where it is unlocked; without it, where it is locked.
    pub unlock_address: Option<Text>,
    /// The method that writes it, `POST` where nobody says.
    pub update_method: Option<Text>,
    /// The method that locks it, `LOCK` where nobody says.
    pub lock_method: Option<Text>,
    /// The method that unlocks it, `UNLOCK` where nobody says.
    pub unlock_method: Option<Text>,
}

/// The methods by which Terraform's HTTP protocol writes, locks and unlocks, by the name of the setting. Any other
/// would let the files shape a request that goes out with somebody else's token.
pub fn http_methods(setting: &str) -> &'static [&'static str] {
    match setting {
        "update_method" => &["POST", "PUT"],
        "lock_method" => &["LOCK", "POST", "PUT"],
        "unlock_method" => &["UNLOCK", "POST", "PUT", "DELETE"],
        _ => &[],
    }
}

/// Why a lock may not be given back like this, if so: a `DELETE` may go only to where the lock is, and not to where
/// the state is.
pub fn deletes_other(
    method: &str,
    unlock: &Url,
    lock: &Url,
    document: Option<&Url>,
) -> Option<&'static str> {
    if method != "DELETE" {
        return None;
    }
    if unlock != lock {
        return Some("`unlock_method` \"DELETE\" is for `lock_address` alone");
    }
    (Some(unlock) == document)
        .then_some("`unlock_method` \"DELETE\" would remove the state at `address`")
}

impl Backend {
    /// Its label in the configuration.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::S3(_) => "s3",
            Self::Gcs(_) => "gcs",
            Self::Azure(_) => "azure",
            Self::Http(_) => "http",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3(s3) => write!(f, "s3://{}/{}", s3.bucket, s3.key),
            Self::Gcs(gcs) => write!(f, "gs://{}/{}", gcs.bucket, gcs.key),
            Self::Azure(azure) => {
                write!(f, "azure://{}/{}/{}", azure.account, azure.container, azure.key)
            }
            Self::Http(http) => match &http.address {
                Some(address) => f.write_str(address),
                None => f.write_str("the address that the environment gives"),
            },
        }
    }
}
