//! Keeps what Enroll writes from whoever has no identity: age (<https://c2sp.org/age>) with X25519 recipients.
//!
//! A whole file is an age file; a line of a journal is one in base64, and so is a state (`codec::envelope`). Who may
//! read is told by the recipients. Who wrote is not: anybody can encrypt to them.

#[cfg(feature = "age")]
mod keys;
#[cfg(not(feature = "age"))]
#[path = "no_keys.rs"]
mod keys;
pub mod lines;

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::SecretString;

use crate::diagnostic::Diagnostic;
use crate::model::Text;

pub use keys::check_recipient;

use keys::Keys;

/// What an age file begins with.
const MAGIC: &[u8] = b"age-encryption.org/v1\n";
/// What a document or a line begins with that holds one.
pub const WRAPPED: &str = "{\"encrypted\": \"age\"";

/// Identities as they are given: what to call the place, and what is written there.
pub type Given = Vec<(String, SecretString)>;

/// Whether what is written is encrypted, to whom, and what can be read.
#[derive(Clone, Debug)]
pub struct Crypt {
    on: bool,
    /// Reads what is encrypted and what is not, whatever is written.
    either: bool,
    keys: Arc<Keys>,
}

/// Why something can't be encrypted or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptError {
    /// Plain, where the configuration wants it encrypted.
    #[error("it is not encrypted, and the configuration says `encrypt`")]
    Plain,
    /// Encrypted, where the configuration does not say so.
    #[error("it is encrypted, and the configuration does not say `encrypt`")]
    Encrypted,
    /// Nobody gave an identity.
    #[error("it is encrypted, and no identity is given")]
    NoIdentity,
    /// None of the identities fits.
    #[error("none of the identities given ({0}) opens it: it is encrypted to others, or damaged")]
    OtherIdentity(String),
    /// It does not open as it was written.
    #[error("it is encrypted, and was changed or damaged since Enroll wrote it")]
    Damaged,
    /// What was given is no identity. Never says what was given.
    #[error("{place}: {why}")]
    BadIdentity {
        /// Where it was given.
        place: String,
        /// What is wrong.
        why: &'static str,
    },
    /// What is written could not be read again.
    #[error("none of the identities given ({0}) belongs to a recipient of `encrypt`")]
    NotARecipient(String),
    /// No recipient was parsed: nothing can be encrypted.
    #[error("it can't be encrypted: {0}")]
    Failed(String),
    /// The part is not built in.
    #[error("this Enroll was built without the feature `age`, which `encrypt` needs")]
    NotBuilt,
}

impl CryptError {
    /// The ways out.
    pub fn help(&self) -> &'static [&'static str] {
        const GIVE: &str = "set ENROLL_IDENTITY to the line AGE-SECRET-KEY-1…, or ENROLL_IDENTITY_FILE to the file that `age-keygen -o FILE` wrote";
        match self {
            Self::Plain => &[
                "`enroll init` encrypts what is there",
                "if that is not meant: take `encrypt` out of the `enroll` block",
            ],
            Self::Encrypted => &[
                "bring the `encrypt` block back",
                "`enroll init` writes it in plain, if that is meant",
            ],
            Self::NoIdentity | Self::BadIdentity { .. } => &[GIVE],
            Self::OtherIdentity(_) => &["give the identity of one of its recipients", GIVE],
            Self::NotARecipient(_) => &[
                "give an identity whose recipient is listed (ENROLL_IDENTITY, ENROLL_IDENTITY_FILE), or list it in `encrypt { recipients = […] }`: `age-keygen -y FILE` prints it",
            ],
            Self::NotBuilt => &[
                "build it with `cargo install --features age`, or take a released binary: those have it",
            ],
            Self::Damaged | Self::Failed(_) => &[],
        }
    }

    /// A finding that begins with these words, with the ways out.
    pub fn explain(&self, what: &str) -> Diagnostic {
        self.with_help(Diagnostic::error(format!("{what}: {self}")))
    }

    /// A finding about this, with the ways out.
    pub fn with_help(&self, said: Diagnostic) -> Diagnostic {
        self.help().iter().fold(said, |said, help| said.help(*help))
    }
}

impl Default for Crypt {
    fn default() -> Self {
        Self::off()
    }
}

impl Crypt {
    /// Nothing is encrypted.
    pub fn off() -> Self {
        Self { on: false, either: false, keys: Arc::default() }
    }

    /// What is written is encrypted to the recipients, if there are any; what is read is opened with the identities.
    ///
    /// # Errors
    ///
    /// A recipient that is none, or a build without the feature. What is wrong with an identity is said where one
    /// is needed.
    pub fn new(recipients: Option<&[Text]>, given: Given) -> Result<Self, CryptError> {
        let keys = Arc::new(Keys::new(recipients.unwrap_or(&[]), given)?);
        Ok(Self { on: recipients.is_some(), either: false, keys })
    }

    /// The same for whoever changes between plain and encrypted: reads both.
    #[must_use]
    pub fn reading_either(&self) -> Self {
        Self { either: true, ..self.clone() }
    }

    /// Whether what is written is encrypted.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Checks, before anything is written, that it can be read again.
    pub fn check(&self) -> Result<(), CryptError> {
        if self.on { self.keys.check() } else { Ok(()) }
    }

    /// How many recipients there are; none where nothing is encrypted.
    pub fn recipients(&self) -> usize {
        self.keys.recipients()
    }

    /// What is wrong with the identities given, if anything is. That there are none is no fault yet.
    pub fn check_identities(&self) -> Result<(), CryptError> {
        self.keys.check_identities()
    }

    /// What is to be written of these bytes: an age file, or the bytes where nothing is encrypted.
    pub fn protect<'a>(
        &self,
        bytes: impl Into<Cow<'a, [u8]>>,
    ) -> Result<Cow<'a, [u8]>, CryptError> {
        let bytes = bytes.into();
        if self.on { Ok(self.keys.encrypt(&bytes)?.into()) } else { Ok(bytes) }
    }

    /// What [`Self::protect`] was given.
    pub fn reveal<'a>(&self, bytes: impl Into<Cow<'a, [u8]>>) -> Result<Cow<'a, [u8]>, CryptError> {
        let bytes = bytes.into();
        let encrypted = is_encrypted(&bytes);
        // What we write is an object where it is not encrypted.
        if self.on && !self.either && !encrypted && !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(CryptError::Damaged);
        }
        if self.is_plain(encrypted)? { Ok(bytes) } else { Ok(self.keys.decrypt(&bytes)?.into()) }
    }

    /// Whether something is read as it is, if it may be read at all.
    ///
    /// # Errors
    ///
    /// Plain where it should be encrypted, or the other way round.
    pub fn is_plain(&self, encrypted: bool) -> Result<bool, CryptError> {
        match (encrypted, self.on) {
            (true, false) if !self.either => Err(CryptError::Encrypted),
            (false, true) if !self.either => Err(CryptError::Plain),
            (encrypted, _) => Ok(!encrypted),
        }
    }

    /// An age file in base64.
    pub fn encrypt_base64(&self, bytes: &[u8]) -> Result<String, CryptError> {
        Ok(BASE64.encode(self.keys.encrypt(bytes)?))
    }

    /// What [`Self::encrypt_base64`] was given.
    pub fn decrypt_base64(&self, text: &str) -> Result<Vec<u8>, CryptError> {
        self.keys.decrypt(&BASE64.decode(text).map_err(|_| CryptError::Damaged)?)
    }
}

/// Whether these bytes are a file, document or line that is encrypted, as it was written or laid out in another way
/// since.
pub fn is_encrypted(bytes: &[u8]) -> bool {
    let inside = bytes.trim_ascii_start().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    bytes.starts_with(MAGIC) || inside.is_some_and(|inside| inside.starts_with(b"\"encrypted\""))
}

#[cfg(all(test, feature = "age"))]
mod tests;
