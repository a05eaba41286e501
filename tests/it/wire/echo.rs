//! A service that says back whatever it is sent, in every place that Enroll might show: nothing secret gets out.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;

use super::support::{CLIENT, People, Ran, SECRET, World, connection_to};

/// What somebody who writes the configuration would like to see.
const OTHER: &str = "0ther-s3cr3t-of-the-runner";
const TOKEN: &str = "t0ken<of&the>hour";

/// A server that answers alike whoever asks: `grants` a token, `lists` nobody, and refuses all else with an echo.
struct Echo {
    url: String,
    /// First line and body of every request.
    seen: Arc<Mutex<Vec<String>>>,
}

fn echo(grants: bool, lists: bool) -> Echo {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let record = Arc::clone(&record);
            std::thread::spawn(move || answer(stream.unwrap(), grants, lists, &record));
        }
    });
    Echo { url, seen }
}

fn answer(mut stream: TcpStream, grants: bool, lists: bool, seen: &Mutex<Vec<String>>) {
    let (head, body) = request(&mut stream);
    let first = head.lines().next().unwrap_or("").to_owned();
    seen.lock().unwrap().push(format!("{first}\n{body}"));
    let credentials = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let credentials = credentials.map_or("", |(_, value)| value);
    let basic = credentials
        .strip_prefix("Basic ")
        .and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
    let plain = String::from_utf8(basic.unwrap_or_default()).unwrap();
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let said = format!(
        "you sent {credentials} ({}), {plain}: {body} {}",
        escaped(credentials),
        "x".repeat(600)
    );
    let json = |value: serde_json::Value| ("application/json", value.to_string());
    let (status, (kind, body)) = if first.contains("/token") && grants {
        let scope = format!("scim2:admin {SECRET} {TOKEN}");
        (
            "200 OK",
            json(serde_json::json!({"access_token": TOKEN, "scope": scope, "expires_in": 3600})),
        )
    } else if first.starts_with("GET /scim2/Users?") && lists {
        ("200 OK", json(serde_json::json!({"totalResults": 0, "Resources": []})))
    } else {
        match seen.lock().unwrap().len() % 4 {
            0 => ("400 Bad Request", json(serde_json::json!({"detail": said}))),
            1 => (
                "400 Bad Request",
                json(serde_json::json!({"reason": said, "error": "invalid_client"})),
            ),
            2 => ("403 Forbidden", ("text/html", format!("<html><title>{said}</title>"))),
            _ => ("400 Bad Request", ("text/plain", format!("{} {said}", "y".repeat(555)))),
        }
    };
    let secret = format!("{plain} {credentials} {}", "z".repeat(171));
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nx-request-id: {}{secret}\r\nlocation: /{secret}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        "w".repeat(170),
        body.len()
    );
    let _ = stream.write_all(answer.as_bytes());
}

/// Nothing secret, whole or but for its last letters, in what was printed, written or sent outside of the header.
fn assert_kept(world: &World, ran: &Ran, echo: &Echo) {
    let encoded = |id: &str, secret: &str| {
        base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"))
    };
    let mut secrets = vec![SECRET.to_owned(), OTHER.to_owned(), TOKEN.to_owned()];
    secrets.extend([encoded(CLIENT, SECRET), encoded(OTHER, SECRET)]);
    secrets.push(TOKEN.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    for secret in &secrets {
        let start = &secret[..secret.len() - 4];
        assert!(!ran.out.contains(start) && !ran.err.contains(start), "{start}: {ran:#?}");
        assert_eq!(world.files_with(start), Vec::<String>::new(), "{start}");
    }
    for seen in echo.seen.lock().unwrap().iter() {
        let for_token = seen.starts_with("POST /oauth/token ");
        for secret in &secrets {
            // An account's id goes into the form for the token.
            assert!(!seen.contains(secret) || for_token && secret == OTHER, "{seen}");
        }
    }
}

fn world(echo: &Echo) -> World {
    let mut world = World::new("");
    world.env("OTHER", OTHER);
    let (scim, token) = (format!("{}/scim2", echo.url), format!("{}/oauth/token", echo.url));
    let connection = connection_to("prod", &scim, &token, "retries = 0");
    world.write("main.hcl", &format!("{connection}\n{}", People::new(4).hcl("prod")));
    world
}

/// A whole life with the log at its highest: what is refused says nothing secret, on the terminal or in a file.
#[test]
fn a_service_that_says_back_what_it_was_sent_gives_nothing_away() {
    for (grants, lists) in [(false, false), (true, false), (true, true)] {
        let echo = echo(grants, lists);
        let world = world(&echo);
        let code = i32::from(!lists);
        for (args, code) in [
            (&["init"][..], 1),
            (&["validate"], 0),
            (&["fmt", "--diff", "--check"], 3),
            (&["test-connection"], code),
            (&["plan"], code),
            (&["plan", "--format", "json"], code),
            (&["plan", "--format", "markdown"], code),
            (&["plan", "--format", "html"], code),
            (&["plan", "--format", "gitlab"], code),
            (&["plan", "--refresh=false"], 0),
            // Which of the requests on their way at once is answered 403 differs, so whoever is refused is tried again.
            (&["plan", "--retry-refused", "--out", "plan.json"], code),
            (&["show", "plan.json"], code),
            (&["apply", "--audit-log", "audit.jsonl", "plan.json"], if lists { 4 } else { 1 }),
            (
                &[
                    "apply",
                    "--auto-approve",
                    "--retry-refused",
                    "--format",
                    "json",
                    "--audit-log",
                    "audit.jsonl",
                ],
                if lists { 4 } else { 1 },
            ),
            (
                &["apply", "--auto-approve", "--retry-refused", "--audit-log", "audit.jsonl"],
                if lists { 4 } else { 1 },
            ),
            (&["show"], 0),
            (&["state", "list"], 0),
        ] {
            for log in [&["-vvv"][..], &["-vvv", "--log-format", "json"]] {
                let ran = world.run(&[log, args].concat());
                assert_eq!(ran.code, code, "{grants} {lists} {args:?}: {ran:#?}");
                assert_kept(&world, &ran, &echo);
            }
        }
        let asked = echo.seen.lock().unwrap().len();
        assert!(asked > 10, "{asked}");
        if lists {
            let log = world.text("audit.jsonl");
            assert!(
                log.contains("you sent") && log.contains("(sensitive)"),
                "the echo is there: {log}"
            );
        }
    }
}

/// Whoever writes the configuration may name any variable of the runner, in any place of `auth`.
#[test]
fn no_variable_of_the_runner_comes_back_through_a_service() {
    for place in ["account_id", "client_id"] {
        for (grants, lists) in [(false, false), (true, false)] {
            let echo = echo(grants, lists);
            let world = world(&echo);
            let name = format!("env(\"ZOOM_{}\")", place.to_uppercase());
            let main = world.text("main.hcl");
            assert!(main.contains(&name));
            world.write("main.hcl", &main.replace(&name, "env(\"OTHER\")"));
            for args in
                [&["-vvv", "plan"][..], &["-vvv", "test-connection"], &["plan", "--format", "json"]]
            {
                let ran = world.run(args);
                assert_eq!(ran.code, 1, "{ran:#?}");
                assert_kept(&world, &ran, &echo);
            }
        }
    }
}

/// A digest of it is no secret, but a guess could be held against it.
#[test]
fn no_digest_of_an_account_that_lets_nobody_in() {
    let mut world = World::new("");
    world.env("OTHER", OTHER);
    let (scim, token) = (world.zoom.scim_url(), world.zoom.token_url());
    let good = connection_to("prod", &scim, &token, "");
    let evil =
        connection_to("evil", &scim, &token, "retries = 0").replace("ZOOM_ACCOUNT_ID", "OTHER");
    world.write("main.hcl", &format!("{good}{evil}{}", People::new(1).hcl("prod")));
    let plan = world.plan(&[]);
    assert_eq!(plan.code, 1, "{plan:#?}");
    let known = plan.json()["basis"]["fingerprints"].clone();
    assert_eq!(known.as_object().unwrap().keys().collect::<Vec<_>>(), ["prod"]);
    let ran = world.apply(&[]);
    assert_eq!((ran.code, ran.writes()), (1, 1), "{ran:#?}");
    let state: serde_json::Value = serde_json::from_str(&world.text("enroll.state.json")).unwrap();
    assert!(state["connections"]["prod"]["fingerprint"].is_string(), "{state:#}");
    assert!(state["connections"]["evil"]["fingerprint"].is_null(), "{state:#}");
}

/// A service whose accounts are made of what it was sent: a name, an address, an id, each in another way of writing.
fn telling() -> Echo {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, record) = (stream.unwrap(), Arc::clone(&record));
            std::thread::spawn(move || {
                let (head, body) = request(&mut stream);
                let first = head.lines().next().unwrap_or("").to_owned();
                record.lock().unwrap().push(format!("{first}\n{body}"));
                let said = told(&first, &body);
                let _ = stream.write_all(
                    format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}",
                        said.len()
                    )
                    .as_bytes(),
                );
            });
        }
    });
    Echo { url, seen }
}

fn request(stream: &mut TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some((_, value)) =
            line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        {
            length = value.trim().parse().unwrap();
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// A token that is long enough to be told in halves.
const LONG: &str = "t0ken<of&the>hour/0123456789+abcdefghijKLMNOPqrstuvwxyz";

fn told(first: &str, body: &str) -> String {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    if first.contains("/token") {
        return serde_json::json!({"access_token": LONG, "scope": "scim2:admin", "expires_in": 3600})
            .to_string();
    }
    let digits = LONG.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let form: String = url::form_urlencoded::byte_serialize(LONG.as_bytes()).collect();
    let (one, two) = LONG.split_at(LONG.len() / 2);
    let user = |id: &str, name: &str, given: &str, family: &str, more: &str| {
        serde_json::json!({
            "id": id, "userName": name, "active": true, "name": {"givenName": given, "familyName": family},
            "title": more, "displayName": given, "emails": [{"value": name, "primary": true}],
            "phoneNumbers": [{"type": "work", "value": LONG}],
            "meta": {"lastModified": "2026-01-01T00:00:00Z"},
            "urn:ietf:params:scim:schemas:extension:zoom:1.0:User": {LONG: true, "zoomOneBizPlus": SECRET},
        })
    };
    let escaped = LONG.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<Vec<_>>().concat();
    let users = [
        user("1", "p0@example.com", LONG, SECRET, &form),
        user(
            "2",
            &format!("{}@example.com", LONG.to_lowercase()),
            one,
            two,
            &STANDARD.encode(LONG),
        ),
        user(
            "3",
            "p2@example.com",
            &digits,
            &URL_SAFE_NO_PAD.encode(LONG),
            &format!("Bearer {LONG}."),
        ),
        user("4", "p3@example.com", "ESCAPED", &STANDARD.encode(SECRET), &SECRET.to_uppercase()),
    ];
    let one_of = |id: &str| users.iter().find(|user| user["id"] == id).cloned();
    let said =
        if first.starts_with("GET /scim2/Users?") || body.is_empty() && first.contains("/Users ") {
            serde_json::json!({"totalResults": users.len(), "Resources": users})
        } else {
            let id = first.split(['/', ' ', '?']).find_map(one_of);
            id.unwrap_or_else(|| user("9", LONG, LONG, SECRET, &form))
        };
    said.to_string().replace("ESCAPED", &escaped)
}

/// Names, addresses and licences that are made of a token are shown nowhere and kept nowhere.
#[test]
fn a_service_that_says_secrets_back_in_values_gives_nothing_away() {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let echo = telling();
    let world = world(&echo);
    let digits = LONG.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let form: String = url::form_urlencoded::byte_serialize(LONG.as_bytes()).collect();
    let (one, two) = LONG.split_at(LONG.len() / 2);
    let hidden = [
        LONG,
        one,
        two,
        SECRET,
        &digits,
        &form,
        &STANDARD.encode(LONG),
        &URL_SAFE_NO_PAD.encode(LONG),
        &STANDARD.encode(SECRET),
    ];
    let mut said = String::new();
    for args in [
        &["plan", "--out", "plan.json"][..],
        &["plan", "--format", "json"],
        &["plan", "--format", "markdown"],
        &["plan", "--format", "html"],
        &["show", "plan.json"],
        &["apply", "--auto-approve", "--first-run", "--audit-log", "audit.jsonl"],
        &["apply", "--auto-approve", "--format", "json", "--audit-log", "audit.jsonl"],
        &["show"],
        &["state", "pull"],
        &["test-connection"],
    ] {
        let ran = world.run(&[&["-vvv"][..], args].concat());
        let all = format!("{}{}", ran.out, ran.err).to_lowercase();
        for secret in &hidden {
            assert!(!all.contains(&secret.to_lowercase()), "{args:?} {secret}: {ran:#?}");
        }
        said += &all;
    }
    for secret in &hidden {
        assert_eq!(world.files_with(secret), Vec::<String>::new(), "{secret}");
    }
    assert!(!world.files_with("(sensitive)").is_empty(), "no account was read: {said}");
}
