//! Where credentials go, and where they don't.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::support::{People, Ran, SECRET, World, connection_to};

/// Whoever asks gets a redirect, and is counted.
fn redirecting(to: &str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, to) = (Arc::clone(&asked), to.to_owned());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 8192];
            let _ = stream.read(&mut buffer).unwrap();
            let answer = format!(
                "HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, asked)
}

fn run_with(world: &World, scim: &str, token: &str) -> Ran {
    let connection = connection_to("prod", scim, token, "retries = 0");
    world.write("main.hcl", &format!("{connection}\n{}", People::new(1).hcl("prod")));
    world.apply(&[])
}

#[test]
fn look_alikes_are_refused_before_anything_is_sent() {
    let world = World::new("");
    let (scim, token) = (world.zoom.scim_url(), world.zoom.token_url());
    let port = world.zoom.addr().port();
    for evil in [
        "https://zoom.us.evil.example/scim2".to_owned(),
        "https://evilzoom.us/scim2".to_owned(),
        "https://zoom.us@evil.example/scim2".to_owned(),
        "https://evil.example/zoom.us".to_owned(),
        "http://zoom.us/scim2".to_owned(),
        "https://zoom.us./scim2".to_owned(),
        "https://localhost.evil.example/".to_owned(),
        "https://xn--zom-kna.us/scim2".to_owned(),
        "https://.zoom.us/scim2".to_owned(),
        "https://zoom.us%2eevil.example/scim2".to_owned(),
        "https://134744072/scim2".to_owned(),
        "https://0x08.0x08.0x08.0x08/scim2".to_owned(),
        "https://010.010.010.010/scim2".to_owned(),
        "https://[::ffff:8.8.8.8]/scim2".to_owned(),
        format!("http://[::ffff:127.0.0.1]:{port}/scim2"),
        format!("http://127.0.0.1:{port}@evil.example/scim2"),
        format!("http://127.0.0.1.evil.example:{port}/scim2"),
    ] {
        for (scim, token) in [(&evil, &token), (&scim, &evil)] {
            let ran = run_with(&world, scim, token);
            assert_eq!((ran.code, ran.seen.len()), (1, 0), "{evil}: {ran:#?}");
            assert!(ran.err.contains("main.hcl:"), "{evil}: points at the line: {ran:#?}");
            let ran = world.run(&["validate"]);
            assert_eq!(ran.code, 1, "{evil}: also offline");
        }
    }
}

#[test]
fn a_host_out_of_the_environment_is_checked_too() {
    // `validate` can't see through `env`; opening the connection does.
    let mut world = World::new("");
    world.env("TOKEN_URL", "https://evil.example/oauth/token");
    let connection = connection_to("prod", &world.zoom.scim_url(), "x", "retries = 0")
        .replace("\"x\"", "env(\"TOKEN_URL\")");
    world.write("main.hcl", &format!("{connection}\n{}", People::new(1).hcl("prod")));
    let ran = world.plan(&[]);
    assert_eq!((ran.code, ran.seen.len()), (1, 0), "{ran:#?}");
    assert!(ran.err.contains("`token_url`") && ran.err.contains("ENROLL_ALLOW_HOSTS"), "{ran:#?}");
    assert!(!ran.err.contains("evil.example"), "what comes from the environment is not shown");
}

#[test]
fn no_redirect_is_followed_with_credentials() {
    let world = World::new("");
    let (scim, token) = (world.zoom.scim_url(), world.zoom.token_url());
    let (url, asked) = redirecting(&token);
    let ran = run_with(&world, &scim, &format!("{url}/oauth/token"));
    assert_eq!((ran.code, asked.load(Ordering::SeqCst), ran.seen.len()), (1, 1, 0), "{ran:#?}");
    assert!(ran.err.contains("redirect") && ran.err.contains("token_url"), "{ran:#?}");

    let (url, asked) = redirecting(&format!("{scim}/Users"));
    let ran = run_with(&world, &format!("{url}/scim2"), &token);
    assert_eq!((ran.code, asked.load(Ordering::SeqCst)), (1, 1), "{ran:#?}");
    assert_eq!(ran.seen.len(), 1, "the token alone: {ran:#?}");
    assert!(ran.err.contains("redirect"), "{ran:#?}");
}

#[test]
fn nobody_listening_and_names_that_do_not_resolve() {
    let world = World::new("");
    let token = world.zoom.token_url();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}/scim2", listener.local_addr().unwrap());
    drop(listener);
    let ran = run_with(&world, &closed, &token);
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(ran.err.contains("no connection") && ran.err.contains("firewall"), "{ran:#?}");
    let ran = run_with(&world, &world.zoom.scim_url(), &closed);
    assert_eq!((ran.code, ran.seen.len()), (1, 0), "{ran:#?}");
    assert!(ran.err.contains("no connection"), "{ran:#?}");
}

#[test]
fn what_a_host_may_lack_is_told_apart_with_what_to_do() {
    let mut world = World::new("");
    world.env("ENROLL_ALLOW_HOSTS", "nothing.invalid");
    let (scim, token) = (world.zoom.scim_url(), world.zoom.token_url());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let plain = format!("https://{}", world.zoom.addr());
    for (host, says, help) in [
        ("https://nothing.invalid", "name does not resolve", "this machine's DNS"),
        (closed.as_str(), "no connection", "firewall"),
        (plain.as_str(), "does not speak TLS", "`http` instead of `https`"),
    ] {
        let name = host.split_once("://").unwrap().1;
        let rate = "rate {\n    list = 100\n  }\n  retries = 0";
        let (scim_there, token_there) = (format!("{host}/scim2"), format!("{host}/oauth/token"));
        for (scim, token) in [(&scim_there, &token), (&scim, &token_there)] {
            let connection = connection_to("prod", scim, token, rate);
            world.write("main.hcl", &connection);
            let ran = world.run(&["test-connection"]);
            assert_eq!(ran.code, 1, "{host}: {ran:#?}");
            assert!(ran.out.contains(&format!("FAILED host   {name}\n")), "{host}: {ran:#?}");
            assert!(ran.out.contains("Test connection failed"), "{host}: {ran:#?}");
            assert!(ran.err.contains(&format!("`prod`: {name}: ")), "{host}: {ran:#?}");
            assert!(ran.err.contains(says) && ran.err.contains(help), "{host}: {ran:#?}");
            assert!(!ran.err.contains("client error"), "the library's own words: {ran:#?}");
            assert!(!ran.err.contains(SECRET) && !ran.out.contains(SECRET), "{ran:#?}");
        }
    }
}

#[test]
fn a_proxy_from_the_environment_does_not_see_this_machines_credentials() {
    let mut world = World::new("");
    let (proxy, asked) = redirecting("http://127.0.0.1:1/");
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    {
        world.env(name, &proxy);
    }
    world.people(&People::new(1));
    world.applied(&[]);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}
