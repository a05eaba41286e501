//! The ports of the outside, as the client offers them.

use std::sync::PoisonError;

use super::client::{Client, Got};
use super::decode::{self, Page};
use super::listing::{self, Ask, FetchPage};
use super::session::{Class, Request};
use super::transport::Transport;
use crate::live::{Account, Live, Seen};
use crate::port::{
    Answer, Answered, Created, Failure, FailureKind, Found, NewAccount, ReadAccounts, Update,
    WriteAccounts,
};

/// The pages of a client's listing.
struct Pages<'a, T>(&'a Client<T>);

impl<T: Transport> FetchPage for Pages<'_, T> {
    async fn page(&self, ask: Ask<'_>) -> Result<Page, Failure> {
        self.0.fetch_page(ask, None).await
    }

    async fn offers_cursor(&self) -> bool {
        self.0.says_cursor().await
    }
}

impl<T: Transport> Client<T> {
    /// Lists everybody. A list whose end nothing shows is refused unless it `may_stay_open`.
    pub(super) async fn list_all(&self, may_stay_open: bool) -> Result<Live, Failure> {
        let listing = listing::list(&Pages(self), &self.terms(may_stay_open)).await?;
        *self.version.lock().unwrap_or_else(PoisonError::into_inner) = listing.version;
        Ok(listing.live)
    }
}

impl<T: Transport> ReadAccounts for Client<T> {
    async fn list(&self) -> Result<Live, Failure> {
        self.list_all(true).await
    }

    async fn read(&self, id: &str) -> Result<Option<Account>, Failure> {
        let request = Request::get(Class::Read, self.user_url(id)?);
        let user = match self.get(&request, "the answer is not a SCIM user", decode::user).await? {
            Got::Value(user, _) => user,
            Got::Refused(reply) if self.is_absent(&reply) => return Ok(None),
            Got::Refused(reply) => return Err(self.session.failure(&reply)),
        };
        match self.account(user, Seen::Read) {
            Some(account) if account.id == id => Ok(Some(account)),
            Some(_) | None => Err(Failure::new(
                FailureKind::Protocol,
                "the answer is another account than asked for",
            )),
        }
    }

    async fn find(&self, user_name: &str) -> Result<Found, Failure> {
        self.look_up(user_name).await
    }
}

impl<T: Transport> WriteAccounts for Client<T> {
    async fn create(&self, new: &NewAccount) -> Result<Answered<Created>, Failure> {
        self.post(new).await
    }

    async fn update(&self, id: &str, update: &Update) -> Result<Answered<Answer>, Failure> {
        let _alone = self.alone(id).await;
        self.change(id, update).await
    }

    async fn set_active(&self, id: &str, active: bool) -> Result<Answered<Answer>, Failure> {
        let _alone = self.alone(id).await;
        self.switch(id, active).await
    }

    async fn delete(&self, id: &str) -> Result<Answered<()>, Failure> {
        let _alone = self.alone(id).await;
        self.remove(id).await
    }
}
