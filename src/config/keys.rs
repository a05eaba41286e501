//! Keys in files that were meant to hold something else. A pipeline leaves credentials beside the files, and whoever
//! writes the configuration could have them read, shown and sent: a file with a key in it is not read at all.

use memchr::memmem::{find, find_iter};

use super::secrets::IDENTITY;

/// Values of `type` in the credentials of Google's libraries (<https://google.aip.dev/auth>).
const GOOGLE: [&[u8]; 6] = [
    b"\"service_account\"",
    b"\"external_account\"",
    b"\"external_account_authorized_user\"",
    b"\"authorized_user\"",
    b"\"impersonated_service_account\"",
    b"\"gdch_service_account\"",
];

/// Members of JSON whose texts are keys or tokens: of Google, Azure, AWS's and OAuth's answers.
const MEMBERS: [&[u8]; 7] = [
    b"\"private_key\"",
    b"\"refresh_token\"",
    b"\"access_token\"",
    b"\"clientSecret\"",
    b"\"clientCertificate\"",
    b"\"SecretAccessKey\"",
    b"\"SessionToken\"",
];

/// Settings of AWS's files.
const AWS: [&[u8]; 2] = [b"aws_secret_access_key", b"aws_session_token"];

/// How tokens begin that say whose they are, and how many letters and digits follow at least.
const TOKENS: [(&[u8], usize); 8] = [
    (b"ghp_", 36),
    (b"gho_", 36),
    (b"ghu_", 36),
    (b"ghs_", 36),
    (b"ghr_", 36),
    (b"github_pat_", 40),
    (b"glpat-", 20),
    (b"xoxb-", 40),
];

/// Why a file is not read that holds a key or a token, whatever it was meant for: no word of it stands there. Every
/// file that is read is looked through, so it has to be quick.
pub(super) fn holds_secret(path: &str, bytes: &[u8]) -> Option<String> {
    holds_key(path, bytes).or_else(|| Some(refused(path, bytes, token(bytes)?, "a token")))
}

/// The same for what may hold a token, but no key.
pub(super) fn holds_key(path: &str, bytes: &[u8]) -> Option<String> {
    let (at, what) = identity(bytes)
        .map(|at| (at, "an identity (AGE-SECRET-KEY-1…)"))
        .or_else(|| Some((find(bytes, b"AGE-PLUGIN-")?, "an identity of age")))
        .or_else(|| Some((private_key(bytes)?, "a private key")))
        .or_else(|| Some((credentials(bytes)?, "credentials of a cloud or an account")))?;
    Some(refused(path, bytes, at, what))
}

/// Whether it is an identity of age that such a file holds.
pub(super) fn is_identity(bytes: &[u8]) -> bool {
    identity(bytes).is_some()
}

fn identity(bytes: &[u8]) -> Option<usize> {
    IDENTITY.iter().filter_map(|start| find(bytes, start.as_bytes())).min()
}

fn refused(path: &str, bytes: &[u8], at: usize, what: &str) -> String {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    format!("`{path}` can't be read: line {line} holds {what}, which is a secret")
}

/// Of every tool: PEM's form, and that of `PuTTY`.
fn private_key(bytes: &[u8]) -> Option<usize> {
    let is_private = |at: &usize| {
        let begin = bytes.get(*at..bytes.len().min(at + 64)).unwrap_or(&[]);
        let begin = begin.split(|byte| *byte == b'\n').next().unwrap_or(begin);
        find(begin, b"PRIVATE KEY").is_some()
    };
    find_iter(bytes, b"-----BEGIN ")
        .find(is_private)
        .or_else(|| find(bytes, b"PuTTY-User-Key-File-"))
}

fn credentials(bytes: &[u8]) -> Option<usize> {
    let google = || {
        find_iter(bytes, b"\"type\"").find(|at| {
            let value = value_of(bytes, at + 6);
            value.is_some_and(|value| GOOGLE.iter().any(|kind| value.starts_with(kind)))
        })
    };
    let members = || {
        MEMBERS.iter().find_map(|name| {
            let is_text = |at: &usize| {
                value_of(bytes, at + name.len()).is_some_and(|value| value.starts_with(b"\""))
            };
            find_iter(bytes, *name).find(is_text)
        })
    };
    let aws = || {
        AWS.iter().find_map(|name| {
            let is_set = |at: &usize| {
                let rest = bytes.get(at + name.len()..).unwrap_or(&[]).trim_ascii_start();
                rest.starts_with(b"=") || rest.starts_with(b":")
            };
            find_iter(bytes, *name).find(is_set)
        })
    };
    google().or_else(members).or_else(aws).or_else(|| find(bytes, b"client-key-data:"))
}

/// What stands behind the colon after a member's name.
fn value_of(bytes: &[u8], after_name: usize) -> Option<&[u8]> {
    let rest = bytes.get(after_name..)?.trim_ascii_start();
    Some(rest.strip_prefix(b":")?.trim_ascii_start())
}

fn token(bytes: &[u8]) -> Option<usize> {
    let begun = TOKENS.iter().find_map(|(start, least)| {
        let is_long = |at: &usize| {
            let rest = bytes.get(at + start.len()..).unwrap_or(&[]);
            rest.iter().take_while(|byte| is_base64url(**byte)).count() >= *least
        };
        find_iter(bytes, *start).find(is_long)
    });
    begun.or_else(|| {
        // A signed token (RFC 7519), and nothing else in the file, as federations have it.
        let text = bytes.trim_ascii();
        let parts: Vec<_> = text.split(|byte| *byte == b'.').take(4).collect();
        let is_part = |part: &&[u8]| part.len() > 8 && part.iter().all(|byte| is_base64url(*byte));
        (text.starts_with(b"eyJ") && parts.len() == 3 && parts.iter().all(is_part)).then_some(0)
    })
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::holds_secret;

    #[test]
    fn keys_are_known_by_what_they_are() {
        let (dashes, hidden) = ("-----", "HIDDEN0HIDDEN0HIDDEN0HIDDEN0HIDDEN0HIDDEN0");
        for text in [
            format!("{dashes}BEGIN PRIVATE KEY{dashes}\n{hidden}"),
            format!("id,key\n1,\"{dashes}BEGIN RSA PRIVATE KEY{dashes}\\n{hidden}\"\n"),
            format!("{dashes}BEGIN OPENSSH PRIVATE KEY{dashes}\n{hidden}"),
            format!("{dashes}BEGIN ENCRYPTED PRIVATE KEY{dashes}\n{hidden}"),
            format!("{dashes}BEGIN PGP PRIVATE KEY BLOCK{dashes}\n{hidden}"),
            format!(
                "{dashes}BEGIN CERTIFICATE{dashes}\nx\n{dashes}BEGIN EC PRIVATE KEY{dashes}\n{hidden}"
            ),
            format!("PuTTY-User-Key-File-3: ssh-ed25519\n{hidden}"),
            format!("# mine\nAGE-SECRET-KEY-1{hidden}"),
            format!("AGE-PLUGIN-YUBIKEY-1{hidden}"),
            format!("{{\"type\": \"service_account\", \"x\": \"{hidden}\"}}"),
            format!("{{\"x\":\"{hidden}\",\n  \"type\"  :\n\"external_account\"}}"),
            format!("{{\"type\":\"authorized_user\",\"x\":\"{hidden}\"}}"),
            format!("{{\"a\": [{{\"private_key\" : \"{hidden}\"}}]}}"),
            format!("{{\"refresh_token\":\"{hidden}\"}}"),
            format!("{{\"clientId\":\"x\",\"clientSecret\":\"{hidden}\"}}"),
            format!("{{\"Credentials\":{{\"SecretAccessKey\": \"{hidden}\"}}}}"),
            format!("[default]\naws_access_key_id = x\naws_secret_access_key = {hidden}\n"),
            format!("    client-key-data: {hidden}\n"),
            format!("ghs_{hidden}"),
            format!("x,glpat-{hidden}"),
            format!("eyJhbGciOi.{hidden}.{hidden}\n"),
        ] {
            let found = holds_secret("f", text.as_bytes());
            let found = found.unwrap_or_else(|| panic!("{text} is read"));
            assert!(found.starts_with("`f` can't be read: line "), "{found}");
            assert!(!found.contains("HIDDEN"), "{found}");
        }
    }

    #[test]
    fn what_is_no_key_is_read() {
        for text in [
            "id,type,title\n1,service_account,PRIVATE KEY Manager\n",
            "{\"people\": [{\"type\": \"employee\", \"private_key\": null, \"name\": \"service_account\"}]}",
            "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n",
            "-----BEGIN PUBLIC KEY-----\n",
            "age1qqqq\nssh-ed25519 AAAA a@example.com\n",
            "locals {\n  a = \"aws_secret_access_key\"\n  client_secret = env(\"S\")\n}\n",
            "ghp_short glpat-short eyJhbGciOi.x.y\n",
            "eyJhbGciOiJI,eyJhbGciOiJI.a.b\n",
            "\"type\"",
            "\"private_key\":",
            "-----BEGIN ",
            "",
        ] {
            assert_eq!(holds_secret("f", text.as_bytes()), None, "{text}");
        }
    }
}
