//! Everything opens again for whoever may read it, and for nobody else; not a byte of it can be changed.

use std::collections::BTreeMap;

use age::x25519::Identity;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

use super::{Crypt, CryptError, Given, is_encrypted, lines};
use crate::codec::envelope as state;
use crate::codec::state::StateError;
use crate::model::{Address, Text, Values};
use crate::state::{Account, Provenance, State, Status};

/// Three people.
struct Keys(Vec<Identity>);

impl Keys {
    fn new() -> Self {
        Self((0..3).map(|_| Identity::generate()).collect())
    }

    fn given(&self, whose: &[usize]) -> Given {
        let one = |at: &usize| ("here".to_owned(), self.0[*at].to_string());
        whose.iter().map(one).collect()
    }

    fn recipients(&self, whose: &[usize]) -> Vec<Text> {
        whose.iter().map(|at| self.0[*at].to_public().to_string().into()).collect()
    }

    fn crypt(&self, to: &[usize], own: &[usize]) -> Crypt {
        let made = Crypt::new(Some(&self.recipients(to)), self.given(own));
        made.unwrap_or_else(|error| unreachable!("recipients as `age` makes them: {error}"))
    }
}

fn state() -> State {
    let mut state = State { lineage: "0b6c".into(), serial: 7, ..State::default() };
    let account = Account {
        id: None,
        user_name: "ada@example.com".into(),
        status: Status::Active,
        provenance: Provenance::Created,
        rules: Vec::new(),
        protect: false,
        prevent_removal: Vec::new(),
        written: Values::new(),
        refused: BTreeMap::new(),
        kept: None,
        left: None,
        leaver: None,
        version: None,
        hidden: false,
        mapped: None,
        updated: None,
    };
    state.put(&Address::new("prod", "hr/E1"), Some(account));
    state
}

fn names_somebody(bytes: &[u8]) -> bool {
    // Long enough not to come up by chance.
    bytes.windows(8).any(|window| window == b"ada@exam")
}

#[test]
fn whoever_is_listed_reads_it_and_nobody_else() {
    let keys = Keys::new();
    for (to, own, opens) in [
        (&[0][..], &[0][..], Ok(())),
        (&[0, 1], &[1], Ok(())),
        (&[1, 0], &[2, 1], Ok(())),
        (&[0, 1], &[2], Err(CryptError::OtherIdentity(keys.recipients(&[2])[0].to_string()))),
        (&[0], &[], Err(CryptError::NoIdentity)),
    ] {
        let (writer, reader) = (keys.crypt(to, to), keys.crypt(to, own));
        let file = writer.protect(&b"ada@example.com"[..]).unwrap().into_owned();
        assert!(is_encrypted(&file) && !names_somebody(&file));
        let read = reader.reveal(file).map(|plain| assert_eq!(&plain[..], b"ada@example.com"));
        assert_eq!(read, opens, "{to:?} {own:?}");

        let line = lines::protect(&writer, "{\"ada@example.com\":1}\n").unwrap();
        assert!(!names_somebody(line.as_bytes()));
        let read = lines::reveal(&reader, line.as_bytes()).map_err(|error| error.error);
        assert_eq!(read.map(|plain| assert_eq!(plain, "{\"ada@example.com\":1}\n")), opens);

        let document = state::write(&writer, &state(), &[]).unwrap();
        assert!(is_encrypted(&document) && !names_somebody(&document));
        let read = state::read(&reader, &document);
        let expected = opens.map(|()| (state(), Vec::new())).map_err(state::ReadError::from);
        assert_eq!(read, expected);
    }
}

#[test]
fn who_could_not_read_it_again_does_not_write() {
    let keys = Keys::new();
    for (to, own, expected) in [
        (&[0, 1][..], &[1][..], Ok(())),
        (&[0], &[1, 2], Err(CryptError::NotARecipient(keys.recipients(&[1, 2]).join(", ")))),
        (&[0], &[], Err(CryptError::NoIdentity)),
    ] {
        assert_eq!(keys.crypt(to, own).check(), expected);
    }
    assert_eq!(Crypt::off().check(), Ok(()));
}

#[test]
fn plain_and_encrypted_are_not_taken_for_each_other() {
    let keys = Keys::new();
    let (on, off) = (keys.crypt(&[0], &[0]), Crypt::off());
    let plain = state::write(&off, &state(), &[]).unwrap();
    assert_eq!(plain, crate::codec::state::write(&state()), "as it always was");
    let sealed = state::write(&on, &state(), &[]).unwrap();
    assert_eq!(state::read(&on, &plain), Err(CryptError::Plain.into()));
    assert_eq!(state::read(&off, &sealed), Err(CryptError::Encrypted.into()));
    assert_eq!(on.reveal(&b"{}"[..]), Err(CryptError::Plain));
    assert_eq!(off.reveal(on.protect(&b"{}"[..]).unwrap()), Err(CryptError::Encrypted));
    let begin = "{\"begin\":1}\n";
    let line = lines::protect(&on, begin).unwrap();
    for (crypt, text, why) in
        [(&on, begin, CryptError::Plain), (&off, line.as_str(), CryptError::Encrypted)]
    {
        let failed = lines::reveal(crypt, text.as_bytes()).unwrap_err();
        assert_eq!((failed.line, failed.error), (1, why));
    }
    // Only who changes from one to the other reads both.
    for crypt in [on.reading_either(), Crypt::new(None, keys.given(&[0])).unwrap().reading_either()]
    {
        for bytes in [&plain, &sealed] {
            assert_eq!(state::read(&crypt, bytes).unwrap().0, state());
        }
        let both = format!("{begin}{line}");
        assert_eq!(lines::reveal(&crypt, both.as_bytes()).unwrap(), begin.repeat(2));
    }
    assert_eq!(state::read(&on, b" \n"), Err(StateError::Empty.into()));
}

/// Tools change how a text ends, or lay it out: the first is nothing, the second is not called plain.
#[test]
fn an_end_of_line_is_nobodys_damage_and_another_layout_is_not_called_plain() {
    let keys = Keys::new();
    let on = keys.crypt(&[0], &[0]);
    let document = String::from_utf8(state::write(&on, &state(), &[]).unwrap()).unwrap();
    let bare = document.trim_end();
    for end in ["", "\n", "\r\n"] {
        assert!(state::read(&on, format!("{bare}{end}").as_bytes()).is_ok(), "{end:?}");
    }
    for end in ["\r", " ", "\t", "\n\n", "\u{b}", "x"] {
        let read = state::read(&on, format!("{bare}{end}").as_bytes());
        assert_eq!(read, Err(CryptError::Damaged.into()), "{end:?}");
    }
    let laid_out = document.replace(", ", ",\n  ").replace('{', "{\n  ");
    for other in [document.replace("\": ", "\":"), laid_out, format!(" {document}")] {
        assert_eq!(state::read(&on, other.as_bytes()), Err(CryptError::Damaged.into()));
        assert_eq!(state::read(&Crypt::off(), other.as_bytes()), Err(CryptError::Encrypted.into()));
    }
    for no_state in ["{\"encrypteb\": 1}", "x", "{", "[]"] {
        assert_eq!(state::read(&on, no_state.as_bytes()), Err(CryptError::Damaged.into()));
    }
    let line = lines::protect(&on, "{\"done\":1}\n").unwrap();
    for (journal, why) in [
        (line.replace("encrypted", "encrypteb"), CryptError::Damaged),
        (format!("{line}{{\"done\":1}}\n"), CryptError::Damaged),
        ("{\"begin\":1}\n".to_owned(), CryptError::Plain),
    ] {
        assert_eq!(lines::reveal(&on, journal.as_bytes()).unwrap_err().error, why, "{journal}");
    }
    assert_eq!(on.reveal(&b"xge-encryption.org/v1\n"[..]), Err(CryptError::Damaged));
}

/// To other recipients, and back to what it was.
#[test]
fn a_document_is_written_anew_as_it_would_be_written_now() {
    let keys = Keys::new();
    let plain = crate::codec::state::write(&state());
    let to_old = state::renew(&keys.crypt(&[0], &[0]), &plain).unwrap();
    let to_new = state::renew(&keys.crypt(&[1], &[0]), &to_old).unwrap();
    let read = state::read(&keys.crypt(&[1], &[1]), &to_new);
    assert_eq!(read, Ok((state(), Vec::new())));
    assert!(state::read(&keys.crypt(&[0], &[0]), &to_new).is_err(), "who was taken off the list");
    let off = Crypt::new(None, keys.given(&[1])).unwrap();
    assert_eq!(state::renew(&off, &to_new), Ok(plain.clone()));
    assert_eq!(state::renew(&off, &plain), Ok(plain));
}

#[test]
fn what_is_kept_of_a_plain_state_is_encrypted() {
    let keys = Keys::new();
    let on = keys.crypt(&[0], &[0]);
    let plain = crate::codec::state::write(&state());
    let kept = state::keep(&on, plain.clone()).unwrap();
    assert_eq!(state::read(&on, &kept).unwrap().0, state());
    assert_eq!(state::keep(&on, kept.clone()).unwrap(), kept);
    assert_eq!(state::keep(&Crypt::off(), plain.clone()).unwrap(), plain);
    let broken = state::keep(&on, b"{\"ada@example.com\": broken".to_vec()).unwrap();
    assert!(is_encrypted(&broken) && !names_somebody(&broken));
}

/// Every bit of it: the file, the document around one, and lines with what stands around them.
#[test]
fn not_a_bit_can_be_changed() {
    let keys = Keys::new();
    let crypt = keys.crypt(&[0, 1], &[1]);
    let file = crypt.protect(&b"ada@example.com"[..]).unwrap().into_owned();
    let document = state::write(&crypt, &state(), &[]).unwrap();
    let journal = lines::protect(&crypt, "{\"begin\":1}\n{\"done\":2}\n").unwrap().into_bytes();
    let changed = |bytes: &[u8], at: usize, bit: usize| {
        let mut changed = bytes.to_owned();
        changed[at] ^= 1 << bit;
        changed
    };
    // Each byte, and each bit of what is not random.
    let bits = |at: usize, all: bool| if all { 0..8 } else { at % 8..at % 8 + 1 };
    for at in 0..file.len() {
        for bit in bits(at, at < 40) {
            let read = crypt.reveal(changed(&file, at, bit));
            assert!(read.is_err(), "byte {at} of a file");
        }
    }
    for at in 0..document.len() {
        for bit in bits(at, !(80..document.len() - 3).contains(&at)) {
            let read = state::read(&crypt, &changed(&document, at, bit));
            assert!(read.is_err(), "byte {at} of a state");
        }
    }
    for at in 0..journal.len() {
        for bit in bits(at, !journal[at].is_ascii_alphanumeric()) {
            let read = lines::reveal(&crypt, &changed(&journal, at, bit));
            assert!(read.is_err(), "byte {at} of a journal");
        }
    }
    for end in 0..file.len() {
        assert!(crypt.reveal(&file[..end]).is_err(), "{end} bytes of a file");
    }
    for end in 1..document.len() - 1 {
        assert!(state::read(&crypt, &document[..end]).is_err(), "{end} bytes of a state");
    }
}

#[test]
fn a_line_that_a_crash_cut_off_stays_away() {
    let keys = Keys::new();
    let crypt = keys.crypt(&[0], &[0]);
    let lines = lines::protect(&crypt, "{\"a\":1}\n{\"b\":2}\n").unwrap();
    let first = lines.find('\n').unwrap() + 1;
    for end in first..lines.len() {
        let bytes = lines.as_bytes().get(..end).unwrap();
        assert_eq!(lines::reveal(&crypt, bytes).as_deref(), Ok("{\"a\":1}\n"), "{end}");
    }
}

#[test]
fn what_is_given_as_an_identity_is_never_said_again() {
    let keys = Keys::new();
    let good = keys.0[0].to_string();
    let to = keys.recipients(&[0]);
    let of = |text: String| Crypt::new(Some(&to), vec![("X".to_owned(), text.into())]).unwrap();
    let file =
        format!("# created\r\n\r\n# public key: {}\r\n {} \r\n", to[0], good.expose_secret());
    assert_eq!(of(file).check(), Ok(()));
    let secret = good.expose_secret().to_owned();
    for (text, line) in [
        (secret[..40].to_owned(), 1),
        (format!("# x\n{secret}X"), 2),
        ("AGE-PLUGIN-YUBIKEY-1HUNTER2".to_owned(), 1),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2".to_owned(), 1),
        ("hunter2".to_owned(), 1),
        ("/home/hunter2/key.txt".to_owned(), 1),
        ("age1hunter2".to_owned(), 1),
    ] {
        let crypt = of(text);
        let error = crypt.check().unwrap_err();
        assert!(error.to_string().starts_with(&format!("X, line {line}: ")), "{error}");
        let said = format!("{error} {error:?} {crypt:?} {:?}", error.explain("x"));
        for part in [&secret[20..30], "HUNTER2", "hunter2"] {
            assert!(!said.contains(part), "{said}");
        }
    }
    let nothing = of("# public key: age1x\n\n".to_owned()).check().unwrap_err();
    assert!(nothing.to_string().contains("holds no identity"), "{nothing}");
    assert_eq!(of(format!("\u{feff}{secret}\r\n")).check(), Ok(()));
    let said = format!("{:?}", of(secret.clone()));
    assert!(!said.contains(&secret[20..30]), "{said}");
}

/// A header with very many stanzas would cost an operation on a curve each.
#[test]
fn an_endless_header_is_not_read() {
    let keys = Keys::new();
    let crypt = keys.crypt(&[0], &[0]);
    let mut file = b"age-encryption.org/v1\n".to_vec();
    let stanza = "-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    file.extend(stanza.as_bytes().repeat(1000));
    file.extend(b"--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n0123456789abcdef");
    assert_eq!(crypt.reveal(file), Err(CryptError::Damaged));
}

#[test]
fn recipients_are_checked_when_they_are_read() {
    let keys = Keys::new();
    let good = keys.recipients(&[0]);
    assert_eq!(super::check_recipient(&good[0]), Ok(()));
    let mut changed = good[0].to_string();
    let last = changed.pop().unwrap();
    changed.push(if last == 'q' { 'p' } else { 'q' });
    for bad in [changed.as_str(), "", "age1", "ssh-ed25519 AAAA"] {
        assert!(super::check_recipient(bad).is_err(), "{bad}");
        assert!(Crypt::new(Some(&[bad.into()]), Vec::new()).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn whatever_is_read_neither_panics_nor_is_taken_for_good(bytes in proptest::collection::vec(any::<u8>(), 0..300), prefix in 0..4_u8) {
        let crypt = Keys::new().crypt(&[0], &[0]);
        let mut input: Vec<u8> = match prefix {
            0 => Vec::new(),
            1 => super::MAGIC.to_vec(),
            2 => [super::MAGIC, b"-> X25519 "].concat(),
            _ => format!("{}, \"data\": \"", super::WRAPPED).into_bytes(),
        };
        input.extend(bytes);
        prop_assert!(crypt.reveal(&input[..]).is_err());
        prop_assert!(state::read(&crypt, &input).is_err());
        if let Ok(read) = lines::reveal(&crypt, &input) {
            prop_assert_eq!(read, "", "at most a line that was cut off");
        }
    }
}
