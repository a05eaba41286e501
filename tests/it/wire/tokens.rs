//! Signing in: one token for a run, renewed once when it ends, each failure told apart, nothing secret shown.

use base64::Engine as _;
use enroll::sandbox::Class;

use super::support::{ACCOUNT, CLIENT, People, Ran, SECRET, World};

fn world(people: usize) -> World {
    let world = World::new("");
    world.people(&People::new(people));
    world
}

/// Nothing secret in what was printed, or in any file beside the configuration.
fn assert_secret_kept(world: &World, ran: &Ran) {
    let basic = |secret: &str| {
        base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{secret}"))
    };
    for secret in [SECRET, "wrong-s3cr3t", &basic(SECRET), &basic("wrong-s3cr3t"), "sandbox."] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{secret}: {ran:#?}");
        assert_eq!(world.files_with(secret), Vec::<String>::new(), "{secret}");
    }
}

#[test]
fn one_token_for_a_run_however_many_requests() {
    let world = world(20);
    let ran = world.applied(&["--parallelism", "16"]);
    assert!(ran.seen.len() > 20);
    assert_eq!(ran.count(Class::Token), 1);
    assert_eq!(world.settled().count(Class::Token), 1);
}

#[test]
fn a_token_that_ends_is_fetched_again_once() {
    // One at a time: each token is good for five requests.
    let world = world(20);
    world.faults("token-uses=5");
    let ran = world.applied(&["--parallelism", "1"]);
    let requests = ran.seen.len() - ran.count(Class::Token);
    let refused = ran.seen.iter().filter(|seen| seen.status == Some(401)).count();
    assert_eq!(ran.count(Class::Token), refused + 1, "one for each that ended");
    assert_eq!(refused, (requests - refused - 1) / 5, "and each refused request sent once more");
    assert_eq!(world.owned(), 20);
    assert_secret_kept(&world, &ran);
}

#[test]
fn many_requests_that_are_refused_at_once_share_the_new_token() {
    // The second token lasts for all that is left, so that nobody finds both of them ended.
    for faults in ["token-uses=30", "one-token,token-uses=30"] {
        let world = world(40);
        world.faults(faults);
        let ran = world.applied(&["--parallelism", "8"]);
        assert_eq!((world.zoom.users().len(), world.owned()), (40, 40), "{faults}");
        assert_eq!(ran.count(Class::Token), 2, "{faults}");
    }
}

#[test]
fn a_token_that_is_never_good_ends_the_run() {
    let world = world(3);
    world.faults("401-any=1");
    world.configure("retries = 1", &People::new(3).hcl("prod"));
    let ran = world.apply(&[]);
    assert_eq!((ran.code, ran.writes()), (1, 0), "{ran:#?}");
    assert_secret_kept(&world, &ran);
    world.faults("401-list=1");
    let ran = world.apply(&[]);
    assert_eq!((ran.code, ran.writes()), (1, 0), "{ran:#?}");
    assert_eq!(
        (ran.count(Class::Token), ran.count(Class::List)),
        (2, 2),
        "once more, not for ever"
    );
    assert!(ran.err.contains("did not accept a fresh token"), "{ran:#?}");
}

#[test]
fn each_failure_is_told_apart_and_says_what_to_do() {
    for (env, faults, says, help) in [
        (("ZOOM_CLIENT_SECRET", "wrong-s3cr3t"), "", "secret is wrong", "`client_secret`"),
        (("ZOOM_CLIENT_ID", "wrong-client"), "", "client is not known", "`client_id`"),
        (("ZOOM_ACCOUNT_ID", "wrong-account"), "", "account is not the app's", "`account_id`"),
        (("X", "x"), "app-off", "app is switched off", "activate"),
        (("X", "x"), "no-scope", "SCIM needs `scim2:admin`", "add the scope"),
        (("X", "x"), "no-sso", "not enabled Single Sign-On", "switch single sign-on on"),
        (("X", "x"), "no-role", "User:Edit", "permission User:Edit"),
    ] {
        let mut world = world(2);
        world.faults(faults);
        world.env(env.0, env.1);
        for ran in [world.plan(&[]), world.apply(&[])] {
            assert_eq!((ran.code, ran.writes()), (1, 0), "{says}: {ran:#?}");
            assert!(ran.err.contains(says) && ran.err.contains(help), "{says}: {ran:#?}");
            assert!(ran.err.contains("connection `prod`"), "{says}: {ran:#?}");
            assert!(ran.count(Class::Token) <= 1, "{says}: asked once");
            assert_secret_kept(&world, &ran);
        }
        let ran = world.run(&["test-connection"]);
        assert_eq!((ran.code, ran.writes()), (1, 0), "{says}: {ran:#?}");
        assert!(ran.out.contains("Test connection failed"), "{says}: {ran:#?}");
        assert!(ran.err.contains(says) && ran.err.contains(help), "{says}: {ran:#?}");
        assert_secret_kept(&world, &ran);
        assert!(!world.folder.path().join("enroll.state.json").exists());
    }
}

#[test]
fn a_missing_variable_is_named_before_anything_is_sent() {
    let mut world = world(2);
    world.env.retain(|(name, _)| name != "ZOOM_CLIENT_SECRET");
    let ran = world.plan(&[]);
    assert_eq!((ran.code, ran.seen.len()), (1, 0), "{ran:#?}");
    assert!(ran.err.contains("ZOOM_CLIENT_SECRET"), "{ran:#?}");
    world.env("ZOOM_CLIENT_SECRET", "two\nlines");
    let ran = world.plan(&[]);
    assert_eq!((ran.code, ran.writes()), (1, 0), "{ran:#?}");
    assert!(!ran.err.contains("two\nlines"));
}

#[test]
fn nothing_secret_is_printed_or_kept_with_the_log_on() {
    let world = world(3);
    world.faults("lose-create=2,503-list=2");
    let ran = world.applied(&["-vvv"]);
    assert!(ran.err.contains("request"), "there is a log: {ran:#?}");
    assert_secret_kept(&world, &ran);
    let ran = world.run(&["-vvv", "--log-format", "json", "plan"]);
    assert_eq!(ran.code, 0);
    assert_secret_kept(&world, &ran);
    // The account's id is no secret, yet the state holds only a digest.
    assert_eq!(world.files_with(ACCOUNT), Vec::<String>::new());
}

/// Whatever is done, failures and saved files included: the secret and the token are in no output, in no log, in
/// no file, and in no address and body of a request but the one for the token, which has them in its header.
#[test]
fn secret_and_token_stand_nowhere() {
    let world = world(4);
    world.faults("lose-create=2,503-list=2,elsewhere=p3@example.com,ignore=department");
    let mut people = People::new(4);
    world.people(people.set("p1", "department", "\"Ops\""));
    let check = |args: &[&str], code: i32| {
        for log in [&["-vvv"][..], &["-vvv", "--log-format", "json"]] {
            let ran = world.run(&[log, args].concat());
            assert!(ran.code == code || ran.code == 0, "{args:?}: {ran:#?}");
            assert_secret_kept(&world, &ran);
            for seen in &ran.seen {
                for secret in [SECRET, CLIENT, "sandbox.", "Bearer", "Basic"] {
                    assert!(!seen.uri.contains(secret) && !seen.body.contains(secret), "{seen:?}");
                }
            }
        }
    };
    check(&["apply", "--auto-approve"], 4);
    check(&["apply", "--auto-approve", "--format", "json", "--retry-refused"], 4);
    world.people(people.set("p1", "department", "\"Sea\"").set("p2", "title", "\"Captain\""));
    check(&["plan", "--format", "json"], 0);
    check(&["plan", "--out", "plan.json"], 0);
    check(&["show", "plan.json"], 0);
    check(&["apply", "plan.json"], 4);
    check(&["test-connection"], 0);
    check(&["state", "list"], 0);
    check(&["state", "show", "account.prod[\"p1\"]"], 0);
    check(&["show"], 0);
    world.faults("401-any=1");
    check(&["plan"], 1);
    check(&["test-connection"], 1);
    world.faults("html-any=1");
    check(&["plan"], 1);
    let main = world.text("main.hcl");
    let wrong = "env(\"ZOOM_CLIENT_SECRET\")";
    world.write("main.hcl", &main.replace(wrong, "regex(\"x\", env(\"ZOOM_CLIENT_SECRET\"))"));
    check(&["plan"], 1);
    world.write("main.hcl", &main.replace("env(\"ZOOM_ACCOUNT_ID\")", wrong));
    check(&["plan"], 1);
}

#[test]
fn a_token_endpoint_that_is_unwell_is_asked_again_and_then_reported() {
    for faults in
        ["503-first-token=1", "html-first-token=1", "drop-first-token=1", "429-first-token=1"]
    {
        let world = world(2);
        world.faults(faults);
        assert_eq!(world.applied(&[]).summary(), (2, 0, 0), "{faults}");
    }
    for faults in ["503-token=1", "html-token=1", "cut-token=1", "404-token=1", "drop-token=1"] {
        let world = world(2);
        world.configure("retries = 1", &People::new(2).hcl("prod"));
        world.faults(faults);
        let ran = world.apply(&[]);
        assert_eq!((ran.code, ran.writes()), (1, 0), "{faults}: {ran:#?}");
        assert!(ran.err.contains("help: "), "{faults}: {ran:#?}");
        assert_secret_kept(&world, &ran);
    }
}

#[test]
fn a_connection_that_works_says_so() {
    let world = world(2);
    world.applied(&[]);
    let ran = world.run(&["test-connection", "prod"]);
    assert_eq!((ran.code, ran.writes(), ran.count(Class::List)), (0, 0, 3), "{ran:#?}");
    assert!(ran.out.contains("2 accounts") && ran.out.contains("scim2:admin"), "{ran:#?}");
    assert_secret_kept(&world, &ran);
    assert_eq!(world.run(&["test-connection", "prot"]).code, 1);
}
