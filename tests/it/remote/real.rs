//! Object stores that nobody here wrote: moto's S3 and Microsoft's Azurite. `tests/run.sh` installs them.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use enroll::model::{Azure, Backend, S3};
use enroll::remote::{AnyStore, Environment, Patient, open};

use super::stores::has_the_manners;
use super::world::World;
use crate::peers::server::installed;

/// How long a server may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(120);
/// The account and key that every Azurite has.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

struct Real {
    child: Child,
    port: u16,
}

impl Drop for Real {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a server on loopback answers to a request, headers and all.
fn ask(port: u16, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

fn start(name: &str, command: impl Fn(u16) -> Command) -> Real {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut command = command(port);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().unwrap_or_else(|error| {
        panic!("{name} can't be started ({command:?}: {error}); tests/run.sh installs it")
    });
    let mut real = Real { child, port };
    let begun = Instant::now();
    while ask(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .is_none_or(|a| a.is_empty())
    {
        assert!(begun.elapsed() < PATIENCE, "{name} does not answer");
        assert!(real.child.try_wait().unwrap().is_none(), "{name} ended");
        std::thread::sleep(Duration::from_millis(50));
    }
    real
}

fn s3() -> (Real, String) {
    let real = start("moto", |port| {
        let mut command = Command::new(installed().join("venv/bin/moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command
    });
    let signed = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x";
    let made = ask(
        real.port,
        &format!(
            "PUT /acme-enroll HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {signed}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
    );
    assert!(made.as_ref().is_some_and(|answer| answer.contains(" 200 ")), "{made:?}");
    let endpoint = format!("http://127.0.0.1:{}", real.port);
    (real, endpoint)
}

fn azure() -> (Real, String) {
    let folder = tempfile::tempdir().unwrap().keep();
    let real = start("Azurite", |port| {
        let mut command = Command::new("node");
        command.arg(installed().join("node/node_modules/azurite/dist/src/blob/main.js"));
        command.args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string(), "--silent"]);
        command.args(["--inMemoryPersistence", "--skipApiVersionCheck"]).current_dir(&folder);
        command
    });
    let endpoint = format!("http://127.0.0.1:{}/{ACCOUNT}", real.port);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/container.cjs");
    let made = Command::new("node").arg(script).args([&endpoint, ACCOUNT, KEY, "enroll"]).output();
    let made = made.unwrap();
    assert!(made.status.success(), "{made:?}");
    (real, endpoint)
}

const S3_ENV: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "s3cr3t-of-the-bucket")];
const AZURE_ENV: [(&str, &str); 1] = [("AZURE_STORAGE_ACCOUNT_KEY", KEY)];

fn store(backend: &Backend, env: &[(&str, &str)]) -> Patient<AnyStore> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Patient(open(backend, &Environment::new(env), &["127.0.0.1".to_owned()]).unwrap())
}

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
#[ignore = "needs the peers: tests/run.sh"]
fn s3_has_the_manners() {
    let (_real, endpoint) = s3();
    for key in ["prod.state.json", "a b/c+d/ü.json"] {
        let backend = Backend::S3(S3 {
            bucket: "acme-enroll".into(),
            key: key.into(),
            endpoint: Some(endpoint.as_str().into()),
            encrypt: true,
            ..S3::default()
        });
        block(has_the_manners(&store(&backend, &S3_ENV), &store(&backend, &S3_ENV)));
    }
}

#[test]
#[ignore = "needs the peers: tests/run.sh"]
fn azure_has_the_manners() {
    let (_real, endpoint) = azure();
    let backend = Backend::Azure(Azure {
        account: ACCOUNT.into(),
        container: "enroll".into(),
        key: "team/prod.state.json".into(),
        endpoint: Some(endpoint.as_str().into()),
    });
    block(has_the_manners(&store(&backend, &AZURE_ENV), &store(&backend, &AZURE_ENV)));
}

/// A whole life on two machines, killed in the middle, through the binary.
fn lives(backend: &str, other: &str, env: &[(&'static str, &str)], secret: &str) {
    let mut world = World::new();
    backend.clone_into(&mut world.backend);
    world.env = env.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let one = world.machine(8);
    one.applied();
    one.settled(8);
    let two = world.machine(20);
    two.kill_after(5);
    // The lock is still there: a fresh machine is refused by name.
    let three = world.machine(20);
    let refused = three.apply();
    if refused.code == 1 {
        let id = refused.err.split("force-unlock ").nth(1).unwrap();
        let id: String = id.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect();
        assert_eq!(three.run(&["force-unlock", "-force", &id]).code, 0, "{refused:#?}");
        three.applied();
    }
    three.settled(20);
    // A bucket or container that is not there is no state that is not there.
    let missing = world.machine(20);
    missing.configure(other);
    let ran = missing.run(&["plan"]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(ran.err.contains("is not there"), "{ran:#?}");
    assert!(!ran.err.contains(secret) && !refused.err.contains(secret), "{ran:#?}");
}

#[test]
#[ignore = "needs the peers: tests/run.sh"]
fn a_team_lives_on_s3() {
    let (_real, endpoint) = s3();
    let block = |bucket: &str| {
        format!(
            "enroll {{\n  backend \"s3\" {{\n    bucket   = \"{bucket}\"\n    key      = \"prod.state.json\"\n    endpoint = \"{endpoint}\"\n  }}\n}}\n"
        )
    };
    lives(&block("acme-enroll"), &block("acme-other"), &S3_ENV, "s3cr3t-of-the-bucket");
}

#[test]
#[ignore = "needs the peers: tests/run.sh"]
fn a_team_lives_on_azure() {
    let (_real, endpoint) = azure();
    let block = |container: &str| {
        format!(
            "enroll {{\n  backend \"azure\" {{\n    account   = \"{ACCOUNT}\"\n    container = \"{container}\"\n    key       = \"prod.state.json\"\n    endpoint  = \"{endpoint}\"\n  }}\n}}\n"
        )
    };
    lives(&block("enroll"), &block("other"), &AZURE_ENV, KEY);
}
