//! Finding an account by its user name.

use std::sync::atomic::Ordering;

use super::client::Client;
use super::decode::{Page, RawUser};
use super::listing::Ask;
use super::transport::Transport;
use crate::live::{Account, Seen};
use crate::model::{fold, same_address};
use crate::port::{Failure, FailureKind, Found, ReadAccounts};

/// The filter for a user name (RFC 7644 section 3.4.2.2; quoted as JSON).
fn filter(user_name: &str) -> String {
    let mut quoted = String::with_capacity(user_name.len() + 2);
    for c in user_name.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    format!("userName eq \"{quoted}\"")
}

/// Whether a refusal of a filtered list means that the service has no filters.
fn is_no_filter(failure: &Failure) -> bool {
    let words = failure.detail.to_lowercase();
    failure.status == Some(501) || (failure.status == Some(400) && words.contains("filter"))
}

impl<T: Transport> Client<T> {
    /// Looks for a user name by filter, in the whole list where there is no filter.
    pub(super) async fn look_up(&self, user_name: &str) -> Result<Found, Failure> {
        let found = self.filtered(user_name).await?;
        let folded = fold(user_name);
        // Some services compare with case what everybody else takes as the same address.
        if found == Found::Absent && folded != user_name && !self.no_filter.load(Ordering::Relaxed)
        {
            return self.filtered(&folded).await;
        }
        Ok(found)
    }

    async fn filtered(&self, user_name: &str) -> Result<Found, Failure> {
        if self.no_filter.load(Ordering::Relaxed) {
            return self.search(user_name).await;
        }
        let filter = filter(user_name);
        let page = match self.fetch_page(Ask::From(1), Some(&filter)).await {
            Ok(page) => page,
            Err(failure) if is_elsewhere(&failure, self.session.wire.elsewhere) => {
                return Ok(Found::Elsewhere);
            }
            Err(failure) if is_no_filter(&failure) => {
                self.no_filter.store(true, Ordering::Relaxed);
                return self.search(user_name).await;
            }
            Err(failure) => return Err(failure),
        };
        let shown = page.users.len() as u64;
        let total = page.total.unwrap_or(shown);
        match best(page, user_name) {
            Some(user) => self.closer(user).await,
            // A list of everybody instead of the hits: the filter was ignored.
            None if total > shown => self.search(user_name).await,
            None => Ok(Found::Absent),
        }
    }

    /// The account of a hit, wholly read where a list shows only a part.
    async fn closer(&self, user: RawUser) -> Result<Found, Failure> {
        let no_id = || Failure::new(FailureKind::Protocol, "the account found has no id");
        let listed = self.account(user, Seen::Listed).ok_or_else(no_id)?;
        Ok(Found::Account(Box::new(self.whole(listed).await?)))
    }

    async fn whole(&self, listed: Account) -> Result<Account, Failure> {
        if !self.dialect.thin_list {
            return Ok(listed);
        }
        // One that is listed but can't be read is there nevertheless.
        Ok(self.read(&listed.id).await?.unwrap_or(listed))
    }

    async fn search(&self, user_name: &str) -> Result<Found, Failure> {
        let live = self.list().await?;
        let hits = live.accounts().iter().filter(|a| same_address(&a.user_name, user_name));
        match hits.max_by_key(|account| account.user_name == user_name) {
            Some(account) => Ok(Found::Account(Box::new(self.whole(account.clone()).await?))),
            None => Ok(Found::Absent),
        }
    }
}

/// Zoom's answer to a filter for somebody pending or of another account
/// (<https://devforum.zoom.us/t/7646>).
fn is_elsewhere(failure: &Failure, words: &str) -> bool {
    matches!(failure.status, Some(400 | 404)) && failure.detail.to_lowercase().contains(words)
}

/// The hit that has the name; the one in the same case where there are two.
fn best(page: Page, user_name: &str) -> Option<RawUser> {
    let name = |user: &RawUser| user.user_name.clone().unwrap_or_default();
    page.users
        .into_iter()
        .filter(|user| same_address(&name(user), user_name))
        .max_by_key(|user| name(user) == user_name)
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn quotes_in_a_name_stay_inside_the_filter() {
        assert_eq!(filter("a@x.org"), r#"userName eq "a@x.org""#);
        assert_eq!(filter(r#"a" or active eq "x\"#), r#"userName eq "a\" or active eq \"x\\""#);
    }
}
