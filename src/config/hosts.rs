//! Where credentials may go: hosts that the operator allows, never one that only a file names.

use url::{Host, Url};

/// Why an address can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is no address.
    Invalid(String),
    /// It isn't encrypted.
    Plain,
    /// It holds a user name, a password, a query or a fragment.
    Extra(&'static str),
    /// The operator does not allow the host.
    Host(String),
}

/// Checks an address that credentials are sent to. `allowed` adds hosts to Zoom's and to loopback.
pub(super) fn check(address: &str, allowed: &[String]) -> Result<Url, Refused> {
    // A parser takes these out or turns them round, and what is left may lead elsewhere.
    if address.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(Refused::Invalid("it holds blanks or backslashes".to_owned()));
    }
    let url = Url::parse(address).map_err(|error| Refused::Invalid(error.to_string()))?;
    let Some(host) = url.host() else {
        return Err(Refused::Invalid("it has no host".to_owned()));
    };
    let loopback = is_loopback(&host);
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err(Refused::Plain),
        other => return Err(Refused::Invalid(format!("`{other}` is not https"))),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Extra("a user name or password"));
    }
    if url.query().is_some() {
        return Err(Refused::Extra("a query"));
    }
    if url.fragment().is_some() {
        return Err(Refused::Extra("a fragment"));
    }
    // A dot at the end names the same host to a resolver and another one to everybody else.
    let name = host.to_string();
    if loopback || zoom(&name) || allowed.iter().any(|entry| entry_allows(entry, &name, url.port()))
    {
        Ok(url)
    } else {
        Err(Refused::Host(name))
    }
}

/// Whether an address is of this machine, told without asking a network.
pub(super) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn zoom(host: &str) -> bool {
    ["zoom.us", "zoomgov.com"].iter().any(|own| within(host, own))
}

/// Whether `host` is `domain` or below it.
fn within(host: &str, domain: &str) -> bool {
    let Some(at) = host.len().checked_sub(domain.len()) else { return false };
    host.get(at..).is_some_and(|tail| tail.eq_ignore_ascii_case(domain))
        && (at == 0 || host.as_bytes().get(at - 1) == Some(&b'.'))
}

/// `host`, `host:port`, or `*.domain` for everything below a domain.
fn entry_allows(entry: &str, host: &str, port: Option<u16>) -> bool {
    let entry = entry.trim();
    let (name, wanted) = match entry.rsplit_once(':') {
        Some((name, digits))
            if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) =>
        {
            (name, digits.parse::<u16>().ok())
        }
        _ => (entry, None),
    };
    if entry.is_empty() || wanted.is_some() && wanted != port.or(Some(443)) {
        return false;
    }
    match name.strip_prefix("*.") {
        Some(domain) => host.len() > domain.len() && within(host, domain),
        None => name.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::{Refused, check};

    #[test]
    fn credentials_go_to_zoom_loopback_and_what_the_operator_adds() {
        let allowed = ["scim.example.com".to_owned(), "*.corp.example".to_owned()];
        for (address, good) in [
            ("https://zoom.us/oauth/token", true),
            ("https://api.zoom.us/scim2", true),
            ("https://API.ZOOMGOV.COM/scim2", true),
            ("https://zoom.us./oauth", false),
            ("https://localhost./oauth", false),
            ("https://zoom.us\\@evil.com/", false),
            (" https://zoom.us/", false),
            ("https://zo\tom.us/", false),
            ("http://localhost:8080/scim", true),
            ("http://127.0.0.5/scim", true),
            ("http://[::1]:99/", true),
            ("https://scim.example.com/v2", true),
            ("https://a.b.corp.example/", true),
            ("https://corp.example/", false),
            ("https://evilzoom.us/", false),
            ("https://zoom.us.evil.com/", false),
            ("https://evil.com/zoom.us", false),
            ("https://zoom.us@evil.com/", false),
            ("https://user:x@zoom.us/", false),
            ("https://localhost.evil.com/", false),
            ("http://0x7f.1/", true),
            ("http://api.zoom.us/scim2", false),
            ("ftp://zoom.us/", false),
            ("zoom.us/scim2", false),
            ("https://zoom.us/?x=1", false),
            ("https://zoom.us/#x", false),
            ("", false),
        ] {
            assert_eq!(check(address, &allowed).is_ok(), good, "{address}");
        }
        assert_eq!(
            check("https://Evil.com:8443/x", &[]),
            Err(Refused::Host("evil.com".to_owned()))
        );
    }
}
