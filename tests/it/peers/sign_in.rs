//! Credentials that are taken, and those that are not.

use super::server::Kind;
use super::world::World;

fn world(kind: Kind) -> World {
    let mut world = World::new(kind);
    world.set("ada", &[("user_name", "ada@example.com"), ("family_name", "Lovelace")]);
    world.rules.insert("all", vec!["ada"]);
    world
}

pub(super) fn right(kind: Kind) {
    let world = world(kind);
    world.step(&[("create", 1)]);
    world.holds("ada@example.com", &[("/name/familyName", "Lovelace".into())]);
}

pub(super) fn wrong(kind: Kind) {
    let mut world = world(kind);
    // Comes later than the connection that fails, and goes on without it.
    world.more = "connection \"zz\" {\ntype = \"scim\"\nscim_url = \"http://127.0.0.1:1/x\"\n\
                  enabled = false\nauth {\nmethod = \"bearer_token\"\ntoken = env(\"NOWHERE\")\n}\n}\n";
    // `run_with` looks for the token in everything that is said or written.
    let token = "wr0ng-and-s3cret-t0ken";
    for arguments in [
        &["plan"] as &[&str],
        &["plan", "--detailed-exitcode", "-vv"],
        &["plan", "--format", "json"],
        &["apply", "--auto-approve"],
        &["apply", "--auto-approve", "--format", "json", "-vv", "--log-format", "json"],
    ] {
        let ended = world.run_with(token, arguments);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.err.contains("connection `peer`"), "{ended:?}");
        assert!(ended.err.contains("401"), "{ended:?}");
        assert!(ended.err.contains("`auth`"), "{ended:?}");
    }
    assert!(world.http.users().is_empty());
}
