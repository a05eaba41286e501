//! Google Cloud Storage as its XML API is documented, in the parts that a state needs: no server that can be had
//! here honours its preconditions. What is proven is that the right headers are sent and the answers understood.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use enroll::model::{Backend, Gcs};
use enroll::remote::{AnyStore, Environment, Patient, open};

use super::stores::has_the_manners;

type Objects = Arc<Mutex<BTreeMap<String, (u64, Vec<u8>)>>>;

fn serve(stream: TcpStream, objects: &Objects) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        let mut words = line.split_whitespace();
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let (mut length, mut wanted) = (0, None);
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().ok()?,
                "x-goog-if-generation-match" => wanted = value.parse::<u64>().ok(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let mut objects = objects.lock().unwrap();
        let now = objects.get(&path).map_or(0, |(generation, _)| *generation);
        let (status, generation, answer) = match method.as_str() {
            "PUT" if wanted != Some(now) => {
                let code = if wanted.is_some() { 412 } else { 400 };
                (code, now, b"<Error><Code>PreconditionFailed</Code></Error>".to_vec())
            }
            "PUT" => {
                objects.insert(path, (now + 1000, body));
                (200, now + 1000, Vec::new())
            }
            _ => match objects.get(&path) {
                Some((generation, bytes)) => (200, *generation, bytes.clone()),
                None => (404, 0, b"<Error><Code>NoSuchKey</Code></Error>".to_vec()),
            },
        };
        drop(objects);
        write!(
            stream,
            "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nx-goog-generation: {generation}\r\nETag: \"{generation}\"\r\n\
             Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n",
            answer.len()
        )
        .ok()?;
        stream.write_all(&answer).ok()?;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn generations_are_what_is_compared() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let host = format!("127.0.0.1:{}", listener.local_addr().unwrap().port());
    let objects = Objects::default();
    let shared = Arc::clone(&objects);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || serve(stream, &shared));
        }
    });
    let backend = Backend::Gcs(Gcs { bucket: "acme-enroll".into(), key: "prod.json".into() });
    let store = || -> Patient<AnyStore> {
        let env = [("STORAGE_EMULATOR_HOST".to_owned(), host.clone())];
        Patient(open(&backend, &Environment::new(env), &[]).unwrap())
    };
    has_the_manners(&store(), &store()).await;
    assert_eq!(objects.lock().unwrap().len(), 2, "a state and its lock");
}
