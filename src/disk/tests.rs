//! Tests of everything that touches files.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{Documents, Keeper, StateFile, WorkTree, write_new};
use crate::codec::{journal, state};
use crate::model::{Action, Address, Text};
use crate::plan::tests::world::World;
use crate::port::{Failure, FailureKind, Finished, Intent, KeepState};
use crate::source::{Source, SourceError};
use crate::state::{State, Status};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn some_state() -> State {
    let mut world = World::new();
    world.have("ada", Status::Active);
    world.state
}

fn state_file(folder: &Path) -> StateFile {
    StateFile::new(folder.join("enroll.state.json"), folder.join(".enroll/applies"))
}

#[test]
fn a_state_is_kept_with_the_one_before_and_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let file = state_file(folder.path());
    assert_eq!(file.load().unwrap(), None);
    let first = some_state();
    file.save(&first, &[]).unwrap();
    assert!(!file.backup().exists());
    let second = State { serial: first.serial + 1, ..first.clone() };
    file.save(&second, &[]).unwrap();
    assert_eq!(file.load().unwrap().unwrap().state, second);
    assert_eq!(state::read(&fs::read(file.backup()).unwrap()), Ok(first));
    assert_eq!(mode(&folder.path().join("enroll.state.json")), 0o600);
    assert_eq!(mode(&file.backup()), 0o600);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "a temporary file was left: {left:?}");
}

#[test]
fn a_damaged_state_is_refused_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = state_file(folder.path());
    file.save(&some_state(), &[]).unwrap();
    file.save(&some_state(), &[]).unwrap();
    let path = folder.path().join("enroll.state.json");
    let good = fs::read(&path).unwrap();
    for bad in [b"".to_vec(), b"{}".to_vec(), good[..good.len() / 2].to_vec()] {
        fs::write(&path, &bad).unwrap();
        let error = file.load().unwrap_err();
        assert!(error.summary.contains("enroll.state.json"), "{error:?}");
        assert!(error.help.iter().any(|help| help.contains(".backup")), "{error:?}");
        assert_eq!(fs::read(&path).unwrap(), bad);
    }
}

#[tokio::test]
async fn a_journal_left_behind_is_folded_and_an_apply_ends_with_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = state_file(folder.path());
    let before = some_state();
    file.save(&before, &[]).unwrap();
    let bob = Address::new("prod", "bob");
    let record = before.account(&Address::new("prod", "ada")).unwrap().clone();

    let keeper = Keeper::begin(&file, before.clone(), vec![], true, &"run".into()).unwrap();
    assert_eq!(mode(&file.journal()), 0o600);
    keeper.done(&bob, Some(&record), None).await.unwrap();
    drop(keeper); // The process dies here.
    let found = file.load().unwrap().unwrap().state;
    assert_eq!(found.account(&bob), Some(&record));
    assert_eq!(found.serial, before.serial);

    let keeper = Keeper::begin(&file, found, vec![], false, &"run".into()).unwrap();
    keeper.finish().unwrap();
    assert!(!file.journal().exists());
    // The one that was left behind is kept; the other saw nothing happen.
    assert_eq!(kept(folder.path()), ["serial-2.jsonl"]);
    let after = file.load().unwrap().unwrap().state;
    assert_eq!(after.account(&bob), Some(&record));
    assert_eq!(after.serial, before.serial + 2);
}

/// The journals of earlier applies, without the time in their names.
fn kept(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join(".enroll/applies")) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.map(|name| name.split_once("Z-").unwrap().1.to_owned()).collect();
    names.sort();
    names
}

/// A folder in which an apply recorded something and ended.
async fn recorded(folder: &Path) -> (StateFile, State, Keeper) {
    let file = state_file(folder);
    let before = some_state();
    file.save(&before, &[]).unwrap();
    let keeper = Keeper::begin(&file, before.clone(), vec![], false, &"run".into()).unwrap();
    keeper.done(&Address::new("prod", "ada"), None, None).await.unwrap();
    (file, before, keeper)
}

#[tokio::test]
async fn a_journal_is_kept_for_its_owner_alone_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let (file, before, keeper) = recorded(folder.path()).await;
    let written = fs::read(file.journal()).unwrap();
    assert_eq!(keeper.finish().unwrap(), (before.serial + 1, vec![]));
    let applies = folder.path().join(".enroll/applies");
    let path = fs::read_dir(&applies).unwrap().next().unwrap().unwrap().path();
    assert_eq!((mode(&applies), mode(&path)), (0o700, 0o600));
    assert_eq!(fs::read(&path).unwrap(), written);
    // The same second and serial once more: the state was brought back.
    let ended = fs::metadata(&path).unwrap().modified().unwrap();
    file.save(&before, &[]).unwrap();
    let keeper = Keeper::begin(&file, before, vec![], false, &"run".into()).unwrap();
    keeper.done(&Address::new("prod", "ada"), None, None).await.unwrap();
    let journal = fs::File::options().append(true).open(file.journal()).unwrap();
    journal.set_modified(ended).unwrap();
    keeper.finish().unwrap();
    assert_eq!(kept(folder.path()), ["serial-2-2.jsonl", "serial-2.jsonl"]);
}

#[tokio::test]
async fn a_journal_that_can_not_be_kept_stays_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".enroll"), "in the way").unwrap();
    let (file, before, keeper) = recorded(folder.path()).await;
    let written = fs::read(file.journal()).unwrap();
    let (serial, warnings) = keeper.finish().unwrap();
    assert_eq!(serial, before.serial + 1);
    assert!(warnings[0].summary.contains("can't be kept"), "{warnings:?}");
    let beside = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let beside: Vec<_> = beside.filter(|path| path.extension() == Some("jsonl".as_ref())).collect();
    assert_eq!(fs::read(&beside[0]).unwrap(), written);
    assert!(!file.journal().exists());
    assert_eq!(file.load().unwrap().unwrap().state.serial, serial);
    Keeper::begin(&file, file.load().unwrap().unwrap().state, vec![], false, &"run".into())
        .unwrap();
}

/// Retries that ran out leave a write of which nobody knows; what was refused is known not to have happened.
#[tokio::test]
async fn a_write_of_unknown_outcome_outlives_the_apply_that_sent_it() {
    let folder = tempfile::tempdir().unwrap();
    let (file, before, keeper) = recorded(folder.path()).await;
    let record = before.account(&Address::new("prod", "ada")).unwrap().clone();
    let at: Text = "2026-11-24T00:00:00Z".into();
    for (key, kind) in [("lost", FailureKind::Unreachable), ("refused", FailureKind::Refused)] {
        let (address, user_name) = (Address::new("prod", key), Text::from("x@example.com"));
        let intent = Intent {
            address: address.clone(),
            action: Action::Create,
            id: None,
            user_name: user_name.clone(),
            record: Some(record.clone()),
        };
        keeper.intent(&intent, &at, None).await.unwrap();
        let failure = Failure::new(kind, "went wrong");
        let finished = Finished {
            address: &address,
            user_name: &user_name,
            id: None,
            action: Action::Create,
            at: &at,
            tracking_id: None,
            failure: Some((&failure, None)),
        };
        keeper.failed(&finished).await.unwrap();
    }
    assert_eq!(keeper.finish().unwrap(), (before.serial + 1, vec![]));
    let loaded = file.load().unwrap().unwrap();
    let open: Vec<_> = loaded.unknown.iter().map(|intent| intent.address.key.as_str()).collect();
    assert_eq!(open, ["lost"]);
    assert_eq!(loaded.state.serial, before.serial + 1);
    // The next apply looks it up, and takes what it found over.
    Keeper::begin(&file, loaded.state, vec![], false, &"run".into()).unwrap().finish().unwrap();
    assert!(file.load().unwrap().unwrap().unknown.is_empty());
}

/// Crashes between the state and the journal, twice in a row.
#[tokio::test]
async fn a_journal_that_is_folded_already_is_put_away_without_another_write() {
    let folder = tempfile::tempdir().unwrap();
    let (file, before, keeper) = recorded(folder.path()).await;
    drop(keeper);
    let mut after = file.load().unwrap().unwrap().state;
    after.serial += 1;
    file.save(&after, &[]).unwrap();
    let mut loaded = file.load().unwrap().unwrap().state;
    assert_eq!(loaded, after);
    assert_eq!(file.fold_left_behind(&mut loaded).unwrap(), vec![]);
    assert_eq!(loaded.serial, before.serial + 1);
    assert_eq!(file.load().unwrap().unwrap().state, after);
    assert_eq!(kept(folder.path()), ["serial-2.jsonl"]);
}

/// A crash while the journal was begun leaves a part of its first line; one before the first step, no more
/// than that line.
#[test]
fn a_journal_in_which_nothing_happened_goes() {
    let folder = tempfile::tempdir().unwrap();
    let file = state_file(folder.path());
    let before = some_state();
    file.save(&before, &[]).unwrap();
    let first = journal::begin(&before, &"run".into());
    for text in ["", &first[..first.len() / 2], &first] {
        fs::write(file.journal(), text).unwrap();
        let mut state = file.load().unwrap().unwrap().state;
        assert_eq!(file.fold_left_behind(&mut state).unwrap(), vec![]);
        assert!(!file.journal().exists() && state == before);
    }
    assert_eq!(kept(folder.path()), Vec::<String>::new());
}

#[test]
fn a_crash_between_folding_and_removing_the_journal_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let file = state_file(folder.path());
    let before = some_state();
    file.save(&before, &[]).unwrap();
    let ada = Address::new("prod", "ada");
    let text = journal::begin(&before, &"run".into()) + &journal::done(&ada, None, None, None);
    fs::write(file.journal(), text).unwrap();
    assert_eq!(file.load().unwrap().unwrap().state.account(&ada), None);
    file.save(&State { serial: before.serial + 1, ..before.clone() }, &[]).unwrap();
    assert!(file.load().unwrap().unwrap().state.account(&ada).is_some(), "folded a second time");
    file.save(&State { serial: before.serial + 2, ..before }, &[]).unwrap();
    let error = file.load().unwrap_err();
    assert!(error.summary.contains("journal"), "{error:?}");
}

#[test]
fn a_first_apply_that_crashed_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = state_file(folder.path());
    let mut state = some_state();
    let ada = Address::new("prod", "ada");
    let record = state.account(&ada).cloned();
    state.connections.clear();
    state.serial = 0;
    let text =
        journal::begin(&state, &"run".into()) + &journal::done(&ada, record.as_ref(), None, None);
    fs::write(file.journal(), text).unwrap();
    let found = file.load().unwrap().unwrap().state;
    assert_eq!(found.account(&ada), record.as_ref());
    assert_eq!(found.lineage, state.lineage);
}

#[test]
fn a_folder_that_can_not_be_written_stops_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    // Root writes anywhere, so the obstacle is a file where a folder should be.
    fs::write(folder.path().join("blocked"), "").unwrap();
    let file = state_file(&folder.path().join("blocked"));
    let error = file.writable().unwrap_err();
    assert!(error.help[0].contains("nothing was sent"), "{error:?}");
}

#[test]
fn a_new_file_is_never_written_over_an_existing_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("main.hcl");
    write_new(&path, b"one").unwrap();
    assert!(write_new(&path, b"two").is_err());
    assert_eq!(fs::read(&path).unwrap(), b"one");
}

#[test]
fn a_document_and_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::new(folder.path().join("deep/prod.json"));
    assert_eq!(documents.load().unwrap(), (None, vec![]));
    documents.replace(b"{}").unwrap();
    documents.append(b"1\n").unwrap();
    documents.append(b"2\n").unwrap();
    assert_eq!(documents.load().unwrap(), (Some(b"{}".to_vec()), b"1\n2\n".to_vec()));
    documents.replace(b"{3}").unwrap();
    assert_eq!(documents.load().unwrap(), (Some(b"{3}".to_vec()), vec![]));
}

#[test]
fn only_files_of_the_configuration_are_read() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "s").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("data/.hidden")).unwrap();
    fs::create_dir(root.join(".enroll")).unwrap();
    for name in
        ["main.hcl", "data/people.csv", ".env", ".enroll/x", "data/.hidden/x", "enroll.state.json"]
    {
        fs::write(root.join(name), name).unwrap();
    }
    symlink(outside.path().join("secret"), root.join("leads-out")).unwrap();
    symlink("data/people.csv", root.join("stays.csv")).unwrap();
    symlink(".env", root.join("to-dot")).unwrap();
    symlink("enroll.state.json", root.join("to-state")).unwrap();
    symlink("data", root.join("linked")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    let tree = WorkTree::new(root);
    assert_eq!(
        tree.names().unwrap(),
        ["enroll.state.json", "leads-out", "loop", "main.hcl", "stays.csv", "to-dot", "to-state"]
    );
    for (path, text) in [
        ("main.hcl", "main.hcl"),
        ("./data/people.csv", "data/people.csv"),
        ("stays.csv", "data/people.csv"),
        ("linked/people.csv", "data/people.csv"),
    ] {
        let mut read = String::new();
        tree.open(path).unwrap().read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
    }
    for path in [
        "../x",
        "data/../../x",
        "/etc/passwd",
        ".env",
        ".enroll/x",
        "data/.hidden/x",
        "leads-out",
        "to-dot",
        "to-state",
        "enroll.state.json",
        "",
        ".",
        "data/..",
    ] {
        let refused = tree.open(path).err();
        assert!(matches!(refused, Some(SourceError::Refused { .. })), "{path}: {refused:?}");
    }
    for path in ["nobody", "main.hcl/x"] {
        assert!(matches!(tree.open(path).err(), Some(SourceError::Missing(_))), "{path}");
    }
    for path in ["data", "loop"] {
        assert!(matches!(tree.open(path).err(), Some(SourceError::Failed { .. })), "{path}");
    }
}

#[test]
fn a_pipe_does_not_make_anybody_wait() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("people.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let tree = WorkTree::new(folder.path());
    assert!(matches!(tree.open("people.csv").err(), Some(SourceError::Failed { .. })));
}

#[test]
fn a_lock_is_held_once_names_its_holder_and_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("enroll.state.json.lock");
    let no_time = std::time::Duration::ZERO;
    let first = super::Lock::take(&path, "process 7", no_time).unwrap();
    let error = super::Lock::take(&path, "process 8", no_time).unwrap_err();
    assert_eq!(error.summary, "the state is locked by process 7");
    drop(first);
    let second = super::Lock::take(&path, "process 8", no_time);
    assert!(second.is_ok());
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn a_linked_state_stays_linked_and_a_dangling_link_is_no_first_run() {
    let folder = tempfile::tempdir().unwrap();
    let shared = folder.path().join("shared");
    fs::create_dir(&shared).unwrap();
    StateFile::new(shared.join("s.json"), shared.join("applies")).save(&some_state(), &[]).unwrap();
    symlink("shared/s.json", folder.path().join("enroll.state.json")).unwrap();
    let file = state_file(folder.path());
    file.writable().unwrap();
    let second = State { serial: 2, ..some_state() };
    file.save(&second, &[]).unwrap();
    let link = folder.path().join("enroll.state.json");
    assert!(fs::symlink_metadata(link).unwrap().is_symlink());
    assert_eq!(state::read(&fs::read(shared.join("s.json")).unwrap()), Ok(second.clone()));
    fs::remove_file(shared.join("s.json")).unwrap();
    for error in [
        file.load().unwrap_err(),
        file.save(&second, &[]).unwrap_err(),
        file.writable().unwrap_err(),
    ] {
        assert!(error.summary.contains("enroll.state.json") || error.summary.contains("folder"));
    }
}

#[test]
fn a_pipe_in_place_of_the_state_does_not_make_anybody_wait() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("enroll.state.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let file = state_file(folder.path());
    for error in [file.load().unwrap_err(), file.is_encrypted().unwrap_err()] {
        assert!(error.summary.contains("no regular file"), "{error:?}");
    }
}

#[test]
fn what_enroll_wrote_is_not_read_under_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("copy.json"), state::write(&some_state())).unwrap();
    let plan = crate::codec::plan::write(&crate::plan::Plan::default());
    fs::write(root.join("plan.json"), plan).unwrap();
    fs::write(root.join("Enroll.State.json.journal"), "").unwrap();
    fs::write(root.join("people.json"), "{\n  \"format_version\": 1,\n  \"people\": []\n}")
        .unwrap();
    let journal = crate::codec::journal::begin(&some_state(), &"run".into());
    fs::write(root.join("kept.jsonl"), journal).unwrap();
    let run = crate::codec::audit::Run {
        who: "ada@host".to_owned(),
        actor: None,
        sandbox: false,
        lineage: "l".into(),
        serial: 1,
    };
    let (address, name) = (Address::new("c", "k"), Text::from("a@x.org"));
    let step = Finished {
        address: &address,
        user_name: &name,
        id: None,
        action: Action::Create,
        at: &Text::from("2026-01-01T00:00:00Z"),
        tracking_id: None,
        failure: None,
    };
    fs::write(root.join("audit.txt"), crate::codec::audit::line(&run, &step)).unwrap();
    let tree = WorkTree::new(root);
    let ours = ["copy.json", "plan.json", "kept.jsonl", "audit.txt", "Enroll.State.json.journal"];
    for path in ours {
        let refused = tree.open(path).err();
        assert!(matches!(refused, Some(SourceError::Refused { .. })), "{path}: {refused:?}");
    }
    assert!(tree.open("people.json").is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn a_configuration_whose_name_is_not_text_is_not_skipped() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(OsStr::from_bytes(b"\xff.csv")), "").unwrap();
    let tree = WorkTree::new(folder.path());
    assert_eq!(tree.names(), Ok(vec![]));
    fs::write(folder.path().join(OsStr::from_bytes(b"\xff.hcl")), "").unwrap();
    assert!(matches!(tree.names(), Err(SourceError::Refused { .. })));
}
