//! Creating an account: the one request that must not simply be repeated.

use reqwest::Method;

use super::client::Client;
use super::decode;
use super::encode;
use super::retry::Attempts;
use super::session::{Miss, Request};
use super::transport::{Reply, Transport};
use crate::live::Seen;
use crate::port::{Answered, Created, Failure, Found, NewAccount};

/// What became of one POST.
enum Outcome {
    /// The service has made the account, or says why not.
    Decided(Reply),
    /// The service has not seen or not taken the request.
    NotDone,
    /// Nobody knows.
    Unknown,
}

impl<T: Transport> Client<T> {
    /// POSTs a new account. Before it is repeated after an answer was lost or the service failed, the account
    /// is looked up: found means created.
    pub(super) async fn post(&self, new: &NewAccount) -> Result<Answered<Created>, Failure> {
        let body = encode::new_account(new, &self.dialect);
        let request = Request::write(Method::POST, self.users_url(&[]), &body)?;
        let mut attempts = Attempts::new(self.session.policy);
        let mut unknown = false;
        loop {
            let outcome = self.session.once(&request, &mut attempts).await;
            let became = match &outcome {
                Ok(reply) if reply.status == 429 => Outcome::NotDone,
                Ok(reply) if reply.status == 408 || reply.status >= 500 => Outcome::Unknown,
                Ok(reply) => Outcome::Decided(reply.clone()),
                Err(Miss::Lost(lost)) if lost.sent => Outcome::Unknown,
                Err(Miss::Lost(_) | Miss::Final(_)) => Outcome::NotDone,
            };
            match became {
                Outcome::Decided(reply) => {
                    let said = self.decided(&reply, new, unknown).await?;
                    let tracking_id = self.session.tracking_id(&reply);
                    return Ok(Answered { said, tracking_id });
                }
                Outcome::NotDone => self.session.pause(&attempts, outcome, &request).await?,
                Outcome::Unknown => {
                    unknown = true;
                    let again = self.session.pause(&attempts, outcome, &request).await;
                    if let Some(created) = self.was_created(new, again.as_ref().err()).await? {
                        return Ok(Answered::untracked(created));
                    }
                    again?;
                }
            }
        }
    }

    /// Looks whether a POST without an answer was carried out.
    async fn was_created(
        &self,
        new: &NewAccount,
        gave_up: Option<&Failure>,
    ) -> Result<Option<Created>, Failure> {
        match self.look_up(&new.user_name).await {
            Ok(Found::Account(account)) => Ok(Some(Created::Account(account))),
            Ok(Found::Elsewhere) => Ok(Some(Created::Pending)),
            Ok(Found::Absent) => Ok(None),
            Err(failure) => {
                let mut failure = gave_up.cloned().unwrap_or(failure);
                failure.help.push(format!(
                    "whether {} was created is not known: the next plan will tell",
                    new.user_name
                ));
                Err(failure)
            }
        }
    }

    async fn decided(
        &self,
        reply: &Reply,
        new: &NewAccount,
        unknown: bool,
    ) -> Result<Created, Failure> {
        if reply.status == 409 && unknown {
            // The first POST did it, or the address has been somebody else's all along.
            return Ok(Created::Unknown);
        }
        if !reply.is_success() {
            return Err(self.session.failure(reply));
        }
        if let Some(account) = self.created(reply, new) {
            return Ok(Created::Account(Box::new(account)));
        }
        // Created, but the answer does not say under which id.
        Ok(match self.look_up(&new.user_name).await? {
            Found::Account(account) => Created::Account(account),
            Found::Absent | Found::Elsewhere => Created::Pending,
        })
    }

    fn created(&self, reply: &Reply, new: &NewAccount) -> Option<crate::live::Account> {
        let mut user = decode::user(&reply.body).unwrap_or_default();
        if user.user_name.as_ref().is_none_or(crate::model::Text::is_empty) {
            user.user_name = Some(new.user_name.clone());
        }
        self.account(user, Seen::Listed)
    }
}
