//! Recipients and identities, with the `age` crate.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::str::FromStr as _;

use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor};
use secrecy::ExposeSecret as _;

use super::{CryptError, Given, MAGIC};
use crate::model::Text;

/// The longest header that is read, in bytes: some hundred recipients. Each costs a few operations on curves.
const LONGEST_HEADER: usize = 1 << 15;

/// Whom is encrypted to, and with what is read.
pub(super) struct Keys {
    recipients: Vec<Recipient>,
    identities: Result<Vec<Identity>, CryptError>,
}

impl Default for Keys {
    fn default() -> Self {
        Self { recipients: Vec::new(), identities: Ok(Vec::new()) }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("recipients", &self.recipients).finish_non_exhaustive()
    }
}

/// Checks what stands in `recipients`.
pub fn check_recipient(text: &str) -> Result<(), &'static str> {
    Recipient::from_str(text).map(|_| ())
}

impl Keys {
    pub(super) fn new(recipients: &[Text], given: Given) -> Result<Self, CryptError> {
        let parse = |text: &Text| {
            Recipient::from_str(text)
                .map_err(|why| CryptError::Failed(format!("`{text}` is no recipient: {why}")))
        };
        let recipients = recipients.iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { recipients, identities: identities(given) })
    }

    pub(super) fn check(&self) -> Result<(), CryptError> {
        let own = self.identities()?;
        if own.iter().any(|identity| self.recipients.contains(&identity.to_public())) {
            return Ok(());
        }
        Err(CryptError::NotARecipient(self.own()))
    }

    pub(super) fn encrypt(&self, bytes: &[u8]) -> Result<Vec<u8>, CryptError> {
        let failed = |error: &dyn fmt::Display| CryptError::Failed(error.to_string());
        let recipients = self.recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(recipients).map_err(|error| failed(&error))?;
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 4096 + 1024);
        let mut writer = encryptor.wrap_output(&mut out).map_err(|error| failed(&error))?;
        writer.write_all(bytes).map_err(|error| failed(&error))?;
        writer.finish().map_err(|error| failed(&error))?;
        Ok(out)
    }

    pub(super) fn decrypt(&self, bytes: &[u8]) -> Result<Vec<u8>, CryptError> {
        let identities = self.identities()?;
        let header = bytes.get(..bytes.len().min(LONGEST_HEADER)).unwrap_or(bytes);
        if !header.starts_with(MAGIC) || !header.windows(5).any(|window| window == b"\n--- ") {
            return Err(CryptError::Damaged);
        }
        let wrong = |error: DecryptError| {
            let others = matches!(error, DecryptError::NoMatchingKeys);
            if others { CryptError::OtherIdentity(self.own()) } else { CryptError::Damaged }
        };
        let decryptor = Decryptor::new_buffered(bytes).map_err(wrong)?;
        let identities = identities.iter().map(|identity| identity as &dyn age::Identity);
        let mut reader = decryptor.decrypt(identities).map_err(wrong)?;
        let mut out = Vec::with_capacity(bytes.len());
        reader.read_to_end(&mut out).map_err(|_| CryptError::Damaged)?;
        Ok(out)
    }

    pub(super) fn recipients(&self) -> usize {
        self.recipients.len()
    }

    pub(super) fn check_identities(&self) -> Result<(), CryptError> {
        self.identities.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// The recipients that the identities given belong to, which are public.
    fn own(&self) -> String {
        let own = self.identities.iter().flatten();
        own.map(|identity| identity.to_public().to_string()).collect::<Vec<_>>().join(", ")
    }

    fn identities(&self) -> Result<&[Identity], CryptError> {
        match &self.identities {
            Ok(identities) if identities.is_empty() => Err(CryptError::NoIdentity),
            Ok(identities) => Ok(identities),
            Err(error) => Err(error.clone()),
        }
    }
}

/// One a line, as `age-keygen` writes them: empty lines and such that begin with `#` say nothing.
fn identities(given: Given) -> Result<Vec<Identity>, CryptError> {
    let mut identities = Vec::new();
    for (place, text) in given {
        let before = identities.len();
        for (at, line) in text.expose_secret().trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad =
                |why| CryptError::BadIdentity { place: format!("{place}, line {}", at + 1), why };
            identities.push(Identity::from_str(line).map_err(|_| bad(why_not(line)))?);
        }
        if identities.len() == before {
            let why = "it holds no identity: no line begins with AGE-SECRET-KEY-1";
            return Err(CryptError::BadIdentity { place, why });
        }
    }
    Ok(identities)
}

/// Why a line is no identity. It is not said again.
fn why_not(line: &str) -> &'static str {
    let begins = |start: &str| {
        line.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    if begins("AGE-PLUGIN-") || begins("-----BEGIN") || begins("ssh-") {
        "identities of plugins, SSH keys and files with a passphrase can't be used"
    } else if begins("age1") {
        "that is a recipient, which is public; the identity is the line AGE-SECRET-KEY-1… of the same file"
    } else if !begins("AGE-SECRET-KEY-") && line.contains(['/', '\\', '.']) {
        "that is no identity; the name of a file goes into ENROLL_IDENTITY_FILE"
    } else {
        "that is no identity, or not the whole of one"
    }
}
