//! Where credentials may go: Zoom, this machine, and what the operator allows.
//!
//! A pull request can change `token_url`; it must not be able to send the secret elsewhere by that. So
//! the host of every address that gets credentials is checked against a list that the configuration
//! alone can't extend.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Domains of Zoom's commercial and government services; their subdomains count too.
const ZOOM: [&str; 2] = ["zoom.us", "zoomgov.com"];

/// The port of `https`, the only one that needs no word of its own.
const HTTPS: u16 = 443;

/// Credentials may not go to this address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// It is no absolute address at all.
    #[error("`{url}` is not an address such as https://api.zoom.us/scim2")]
    Malformed {
        /// As written, without what might be a secret.
        url: String,
    },
    /// It holds a user name or a password.
    #[error("the address of {host} holds a user name or a password")]
    UserInfo {
        /// The host it leads to.
        host: String,
    },
    /// It is neither `https` nor loopback.
    #[error("`{scheme}` to {host} is not encrypted")]
    Unencrypted {
        /// The scheme.
        scheme: String,
        /// The host.
        host: String,
    },
    /// Its host is not allowed.
    #[error("credentials may not go to {host}")]
    NotAllowed {
        /// The host.
        host: String,
    },
}

impl HostError {
    /// The way out.
    pub fn help(&self) -> String {
        match self {
            Self::Malformed { .. } => {
                "write it whole, \"https://host/path\", without blanks, backslashes, a query or a fragment"
                    .to_owned()
            }
            Self::UserInfo { .. } => "put credentials into the `auth` block".to_owned(),
            Self::Unencrypted { .. } => "use https; plain http is for this machine only".to_owned(),
            Self::NotAllowed { host } => format!(
                "if this host is meant to see the credentials, the operator adds it to the environment: \
                 ENROLL_ALLOW_HOSTS={host}"
            ),
        }
    }
}

/// Whether credentials may go to `url`: https to Zoom or to a host in `allow`, or anything on this
/// machine. An entry of `allow` is a host, a `host:port`, or `*.domain` for the hosts below a domain. Without a
/// port it is for 443 alone; a loopback address is for all of its ports.
pub fn check_url(url: &str, allow: &[String]) -> Result<Url, HostError> {
    check(url, allow, true, is_zoom)
}

/// Whose hosts the credentials of a remote state may go to without anybody's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Amazon S3's own.
    S3,
    /// Azure Storage's own.
    Azure,
    /// Nobody's.
    None,
}

/// Whether the credentials of a remote state may go to `url`: https to the service's own hosts or to one in
/// `allow`. To this machine only where `allow` says so, too: what listens here while a pipeline runs may have come
/// with the files.
pub fn check_store_url(url: &str, home: Home, allow: &[String]) -> Result<Url, HostError> {
    check(url, allow, false, |host| is_home(home, host))
}

/// Whether an address may be asked that gets no credentials: as [`check_store_url`], or on this machine.
pub fn check_bare_url(url: &str, home: Home, allow: &[String]) -> Result<Url, HostError> {
    check(url, allow, true, |host| is_home(home, host))
}

fn check(
    url: &str,
    allow: &[String],
    this_machine: bool,
    is_own: impl Fn(&Host<&str>) -> bool,
) -> Result<Url, HostError> {
    let malformed = || HostError::Malformed { url: without_secrets(url) };
    if url.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(malformed());
    }
    let parsed = Url::parse(url).map_err(|_| malformed())?;
    let host = parsed.host().ok_or_else(malformed)?;
    if parsed.fragment().is_some()
        || parsed.query().is_some()
        || !matches!(parsed.scheme(), "http" | "https")
    {
        return Err(malformed());
    }
    let name = host.to_string();
    if !parsed.username().is_empty() || parsed.password().is_some() || holds_at_sign(url) {
        return Err(HostError::UserInfo { host: name });
    }
    let here = is_loopback(&host);
    if here && this_machine {
        return Ok(parsed);
    }
    if !here && parsed.scheme() != "https" {
        return Err(HostError::Unencrypted { scheme: parsed.scheme().to_owned(), host: name });
    }
    let port = parsed.port_or_known_default().unwrap_or(HTTPS);
    if (port == HTTPS && is_own(&host))
        || allow.iter().any(|entry| allows(entry, &name, port, here))
    {
        return Ok(parsed);
    }
    let host = if port == HTTPS || here { name } else { format!("{name}:{port}") };
    Err(HostError::NotAllowed { host })
}

/// Whether the address leads to this machine.
pub fn leads_home(url: &Url) -> bool {
    url.host().is_some_and(|host| is_loopback(&host))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => Ipv4Addr::is_loopback(address),
        Host::Ipv6(address) => Ipv6Addr::is_loopback(address),
    }
}

fn is_zoom(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => ZOOM.iter().any(|domain| name == domain || is_below(name, domain)),
        Host::Ipv4(_) | Host::Ipv6(_) => false,
    }
}

/// Below `amazonaws.com` anybody can have a host; those of S3 have a label of their own.
fn is_home(home: Home, host: &Host<&str>) -> bool {
    let Host::Domain(name) = host else { return false };
    match home {
        Home::S3 => {
            let domain = ["amazonaws.com", "amazonaws.com.cn"];
            domain.iter().any(|domain| is_below(name, domain))
                && name.split('.').any(|label| ["s3", "s3-fips"].contains(&label))
        }
        Home::Azure => ["blob.core.windows.net", "blob.core.usgovcloudapi.net"]
            .iter()
            .any(|domain| is_below(name, domain)),
        Home::None => false,
    }
}

/// Whether `name` is a host below `domain`, with something before the dot.
fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain)
        .and_then(|rest| rest.strip_suffix('.'))
        .is_some_and(|sub| !sub.is_empty())
}

/// Whether an entry is for a host at `port`. Without a port it is for 443, and where the host is `here`, for all.
fn allows(entry: &str, host: &str, port: u16, here: bool) -> bool {
    let entry = entry.trim().to_ascii_lowercase();
    if entry.is_empty() || host.ends_with('.') {
        return false;
    }
    // The colons of `[::1]` are none before a port.
    let (entry, named) = match entry.rsplit_once(':').filter(|_| !entry.ends_with(']')) {
        Some((entry, port)) => match port.parse() {
            Ok(port) => (entry, Some(port)),
            Err(_) => return false,
        },
        None => (entry.as_str(), None),
    };
    let at_port = named.map_or(here || port == HTTPS, |named: u16| named == port);
    at_port
        && match entry.strip_prefix("*.") {
            Some(domain) => domain.contains('.') && is_below(host, domain),
            None => entry == host,
        }
}

/// Whether there is an `@` before the path, also an empty one that the parser drops.
fn holds_at_sign(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

/// The address for a message: whatever stands before an `@` and after a `?` is left out.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let shown: String = url.chars().filter(|c| !c.is_control()).take(200).collect();
    match (shown.rsplit_once('@'), shown.split_once("://")) {
        (Some((_, host)), Some((scheme, _))) => format!("{scheme}://…@{host}"),
        (Some((_, host)), None) => format!("…@{host}"),
        (None, _) => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Home, HostError, check_bare_url, check_store_url, check_url};

    fn verdict(url: &str, allow: &[&str]) -> &'static str {
        let allow: Vec<String> = allow.iter().map(|entry| (*entry).to_owned()).collect();
        match check_url(url, &allow) {
            Ok(_) => "ok",
            Err(HostError::Malformed { .. }) => "malformed",
            Err(HostError::UserInfo { .. }) => "user info",
            Err(HostError::Unencrypted { .. }) => "unencrypted",
            Err(HostError::NotAllowed { .. }) => "not allowed",
        }
    }

    #[test]
    fn zoom_and_this_machine_are_allowed_and_look_alikes_are_not() {
        for (url, expected) in [
            ("https://api.zoom.us/scim2", "ok"),
            ("https://zoom.us/oauth/token", "ok"),
            ("https://API.ZOOM.US:443/scim2", "ok"),
            ("https://api.zoom.us:8443/scim2", "not allowed"),
            ("https://zoom.us:22/", "not allowed"),
            ("https://api.zoomgov.com/scim2", "ok"),
            ("http://127.0.0.1:8080/scim2", "ok"),
            ("http://127.9.8.7/", "ok"),
            ("http://localhost:8080", "ok"),
            ("http://LocalHost:8080", "ok"),
            ("http://[::1]:8080/scim", "ok"),
            // Other spellings of 127.0.0.1 that a resolver takes as such.
            ("http://2130706433/", "ok"),
            ("http://0x7f.1/", "ok"),
            ("http://api.zoom.us/scim2", "unencrypted"),
            ("http://192.168.0.1/", "unencrypted"),
            ("http://0.0.0.0/", "unencrypted"),
            ("https://zoom.us.evil.com/", "not allowed"),
            ("https://evilzoom.us/", "not allowed"),
            ("https://zoom.us./", "not allowed"),
            ("https://.zoom.us/", "not allowed"),
            ("https://zoom.us.:443/", "not allowed"),
            ("https://xzoomgov.com/", "not allowed"),
            ("https://zооm.us/", "not allowed"),
            ("https://evil.com/zoom.us", "not allowed"),
            ("https://evil.com?https://zoom.us", "malformed"),
            ("https://localhost.evil.com/", "not allowed"),
            ("https://localhost./", "not allowed"),
            ("https://8.8.8.8/", "not allowed"),
            ("https://[::ffff:127.0.0.1]/", "not allowed"),
            ("https://[2001:db8::1]/", "not allowed"),
            ("https://zoom.us@evil.com/", "user info"),
            ("https://user:pass@zoom.us/", "user info"),
            ("https://@zoom.us/", "user info"),
            ("https://zoom.us\\@evil.com/", "malformed"),
            ("https://zoom.us\n.evil.com/", "malformed"),
            (" https://zoom.us/", "malformed"),
            ("https://zoom.us/#x", "malformed"),
            ("https://zoom.us/?x=1", "malformed"),
            ("https://zoom.us%2eevil.com/", "not allowed"),
            ("https://xn--zom-kna.us/", "not allowed"),
            ("https://134744072/", "not allowed"),
            ("https://0x08.0x08.0x08.0x08/", "not allowed"),
            ("https://010.010.010.010/", "not allowed"),
            ("https://[::ffff:8.8.8.8]/", "not allowed"),
            ("http://[::ffff:127.0.0.1]/", "unencrypted"),
            ("https://zoom.us:443@evil.com/", "user info"),
            ("https://zoom.us%00.evil.com/", "malformed"),
            ("https://zoom.us\t.evil.com/", "malformed"),
            ("https://zoom.us\u{ad}.evil.com/", "not allowed"),
            ("https://zoom.us:99999/", "malformed"),
            ("https:\\\\zoom.us/", "malformed"),
            ("https://evil.com:443#zoom.us", "malformed"),
            ("https://[::]/", "not allowed"),
            ("http://0/", "unencrypted"),
            ("http://128.1/", "unencrypted"),
            ("http://0x7f000001.evil.com/", "unencrypted"),
            ("http://localhost.localdomain/", "unencrypted"),
            // What the parser takes as the same host is the host that is asked.
            ("http://127.1/", "ok"),
            ("http://0177.0.0.1/", "ok"),
            ("https://zoom\u{3002}us/", "ok"),
            ("https://\u{24e9}oom.us/", "ok"),
            ("https:///zoom.us/", "ok"),
            ("ftp://zoom.us/", "malformed"),
            ("file:///etc/passwd", "malformed"),
            ("javascript:alert(1)", "malformed"),
            ("zoom.us/scim2", "malformed"),
            ("", "malformed"),
        ] {
            assert_eq!(verdict(url, &[]), expected, "{url}");
        }
    }

    #[test]
    fn the_operator_may_allow_more() {
        for (url, allow, expected) in [
            ("https://scim.example.com/v2", &["scim.example.com"][..], "ok"),
            ("https://scim.example.com/v2", &[" SCIM.example.com "][..], "ok"),
            ("https://scim.example.com:8443/", &["scim.example.com:8443"][..], "ok"),
            ("https://scim.example.com:8443/", &["scim.example.com"][..], "not allowed"),
            ("https://scim.example.com:8443/", &["*.example.com"][..], "not allowed"),
            ("https://scim.example.com:8443/", &["*.example.com:8443"][..], "ok"),
            ("https://scim.example.com:8443/", &["scim.example.com:0"][..], "not allowed"),
            ("https://scim.example.com:8443/", &["scim.example.com:"][..], "not allowed"),
            ("https://scim.example.com:8443/", &["scim.example.com:*"][..], "not allowed"),
            ("https://api.zoom.us:8443/", &["api.zoom.us:8443"][..], "ok"),
            ("https://[2001:db8::1]/", &["[2001:db8::1]"][..], "ok"),
            ("https://[2001:db8::1]:8443/", &["[2001:db8::1]"][..], "not allowed"),
            ("https://[2001:db8::1]:8443/", &["[2001:db8::1]:8443"][..], "ok"),
            ("https://scim.example.com/", &["scim.example.com:443"][..], "ok"),
            ("https://scim.example.com/", &["scim.example.com:8443"][..], "not allowed"),
            ("https://scim.example.com/", &["*.example.com"][..], "ok"),
            ("https://example.com/", &["*.example.com"][..], "not allowed"),
            ("https://evilexample.com/", &["*.example.com"][..], "not allowed"),
            ("https://scim.example.com/", &["example.com"][..], "not allowed"),
            ("https://scim.example.com./", &["scim.example.com"][..], "not allowed"),
            ("https://10.0.0.7/", &["10.0.0.7"][..], "ok"),
            ("https://evil.com/", &["*", "", "*.com"][..], "not allowed"),
            ("http://scim.example.com/v2", &["scim.example.com"][..], "unencrypted"),
            ("https://x@scim.example.com/v2", &["scim.example.com"][..], "user info"),
        ] {
            assert_eq!(verdict(url, allow), expected, "{url} {allow:?}");
        }
    }

    #[test]
    fn a_store_is_reached_at_its_services_own_hosts_alone() {
        let allow = ["minio.example.com".to_owned()];
        for (home, url, expected) in [
            (Home::S3, "https://s3.eu-central-1.amazonaws.com", true),
            (Home::S3, "https://s3.amazonaws.com", true),
            (Home::S3, "https://vpce-1.s3.eu-central-1.vpce.amazonaws.com", true),
            (Home::S3, "https://s3-fips.us-gov-west-1.amazonaws.com", true),
            (Home::S3, "https://ec2-1-2-3-4.compute-1.amazonaws.com", false),
            (Home::S3, "https://s3-x.us-east-1.elb.amazonaws.com", false),
            (Home::S3, "https://s3.evil.com", false),
            (Home::S3, "https://s3.amazonaws.com.evil.com", false),
            (Home::S3, "http://s3.amazonaws.com", false),
            (Home::S3, "https://minio.example.com", true),
            (Home::S3, "https://s3.amazonaws.com:8443", false),
            (Home::S3, "http://127.0.0.1:9000", false),
            (Home::Azure, "http://localhost:10000/x", false),
            (Home::None, "https://[::1]/", false),
            (Home::S3, "https://api.zoom.us", false),
            (Home::S3, "https://a.blob.core.windows.net", false),
            (Home::Azure, "https://a.blob.core.windows.net", true),
            (Home::Azure, "https://blob.core.windows.net.evil.com", false),
            (Home::Azure, "https://s3.amazonaws.com", false),
            (Home::None, "https://gitlab.example.com/api", false),
            (Home::None, "https://minio.example.com/x", true),
            (Home::None, "https://minio.example.com/x?a=b", false),
            (Home::None, "https://api.zoom.us", false),
        ] {
            let verdict = check_store_url(url, home, &allow);
            assert_eq!(verdict.is_ok(), expected, "{home:?} {url}: {verdict:?}");
        }
    }

    #[test]
    fn a_store_on_this_machine_needs_the_operators_word() {
        for (url, allow, bare, expected) in [
            ("http://127.0.0.1:9000/x", "127.0.0.1", true, true),
            ("http://127.0.0.1:9000/x", "127.0.0.1:9000", true, true),
            ("http://127.0.0.1:9000/x", "127.0.0.1:9001", true, false),
            ("http://localhost:9000/x", "127.0.0.1", true, false),
            ("http://localhost:9000/x", "localhost", true, true),
            ("http://[::1]:9000/x", "[::1]", true, true),
            ("http://2130706433:1/", "127.0.0.1", true, true),
            ("http://10.0.0.1:9000/x", "10.0.0.1:9000", false, false),
        ] {
            let allow = [allow.to_owned()];
            assert_eq!(check_store_url(url, Home::None, &allow).is_ok(), expected, "{url}");
            assert_eq!(check_bare_url(url, Home::None, &[]).is_ok(), bare, "{url}");
        }
        let error = check_store_url("http://127.0.0.1:9000/x", Home::S3, &[]).unwrap_err();
        assert!(error.help().contains("ENROLL_ALLOW_HOSTS=127.0.0.1"), "{}", error.help());
        let error = check_url("https://scim.example.com:8443/", &[]).unwrap_err();
        assert!(error.help().ends_with("ENROLL_ALLOW_HOSTS=scim.example.com:8443"));
    }

    #[test]
    fn a_refused_address_shows_no_password() {
        for url in [
            "https://user:hunter2@zoom.us/ x",
            "user:hunter2@zoom.us",
            "https://user:hunter2@evil.com/",
            "ftp://h/?token=hunter2",
        ] {
            let error = check_url(url, &[]).unwrap_err();
            let shown = format!("{error} {error:?} {}", error.help());
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
