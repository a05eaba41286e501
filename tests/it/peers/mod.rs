//! The `scim` dialect and the whole binary against servers that nobody here wrote.
//!
//! They need Python and node, so `cargo test` leaves them out; `tests/run.sh` installs the servers and runs
//! everything.

mod compliance;
mod http;
mod life;
mod manners;
mod many;
pub(crate) mod server;
mod sign_in;
mod world;

use server::Kind;

/// Each scenario against each server, as a test of its own.
macro_rules! against {
    ($($peer:ident: $kind:ident),+) => {$(
        mod $peer {
            use super::{Kind, life, manners, many, sign_in};

            #[test]
            #[ignore = "needs the peers: tests/run.sh"]
            fn the_peer_has_the_manners_it_is_here_for() {
                manners::known(Kind::$kind);
            }

            #[test]
            #[ignore = "needs the peers: tests/run.sh"]
            fn accounts_live_their_whole_life() {
                life::whole(Kind::$kind);
            }

            #[test]
            #[ignore = "needs the peers: tests/run.sh"]
            fn odd_values_arrive_as_they_were_written() {
                manners::odd_values(Kind::$kind);
            }

            #[test]
            #[ignore = "needs the peers: tests/run.sh"]
            fn what_others_wrote_beside_it_stays() {
                manners::others_elements(Kind::$kind);
            }

            #[test]
            #[ignore = "needs the peers: tests/run.sh"]
            fn a_directory_of_several_pages() {
                many::pages(Kind::$kind);
            }

            #[test]
            #[ignore = "needs the peers: tests/run.sh"]
            fn a_wrong_token_is_refused_and_never_shown() {
                sign_in::wrong(Kind::$kind);
            }
        }
    )+};
}

against!(
    scim2_server: Scim2Server,
    scim2_server_pages_of_50: PageOf50,
    scim2_server_without_patch_or_filter: NoPatchNoFilter,
    scimmy: Scimmy
);

#[test]
#[ignore = "needs the peers: tests/run.sh"]
fn basic_authentication_signs_in() {
    sign_in::right(Kind::ScimmyBasic);
    sign_in::wrong(Kind::ScimmyBasic);
}
