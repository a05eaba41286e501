//! `backend "s3" { … }` in `enroll`: where the state is, if not beside the configuration.
//!
//! Plain texts only, as in Terraform: it is known before anything is evaluated, and holds no credentials.

use std::collections::BTreeMap;

use hcl_edit::structure::Block;
use url::Url;

use crate::diagnostic::{FileId, Span};
use crate::model::{
    Azure, Backend, Gcs, Home, HostError, Http, S3, Text, check_bare_url, check_store_url,
    deletes_other, http_methods,
};

use super::blocks::{Argument, Reader};
use super::report::{Report, list, suggest};

const KINDS: [&str; 4] = ["s3", "gcs", "azure", "http"];

/// Arguments that would hold credentials, here or in Terraform.
pub(super) const SECRETS: [&str; 15] = [
    "access_key",
    "account_key",
    "client_id",
    "client_secret",
    "credentials",
    "encryption_key",
    "password",
    "profile",
    "role_arn",
    "sas_token",
    "secret_key",
    "session_token",
    "shared_credentials_file",
    "token",
    "username",
];

/// The block, and where the values stand that are checked later.
#[derive(Clone, Debug)]
pub(super) struct BackendBlock {
    pub(super) backend: Backend,
    addresses: BTreeMap<&'static str, (Text, Span)>,
}

/// Reads the one `backend` block of `enroll`.
pub(super) fn read(
    report: &mut Report,
    file: FileId,
    enroll: &mut Reader<'_>,
) -> Option<BackendBlock> {
    let blocks = enroll.labelled("backend");
    let (first, more) = blocks.split_first()?;
    for block in more {
        let header = super::blocks::header(file, block);
        let first = report.place(super::blocks::header(file, first));
        report.add(
            report
                .error(header, "there are two `backend` blocks")
                .related(first, "the first is here")
                .help("the state is in one place: take one of them out"),
        );
    }
    one(report, file, first)
}

fn one(report: &mut Report, file: FileId, block: &Block) -> Option<BackendBlock> {
    let header = super::blocks::header(file, block);
    let [label] = block.labels.as_slice() else {
        let help = format!("write `backend \"KIND\" {{`, with one of {}", list(KINDS));
        report.add(report.error(header, "`backend` takes one label, its kind").help(help));
        return None;
    };
    let name = label.as_str();
    let kind = KINDS.into_iter().find(|kind| *kind == name);
    let mark = report.mark();
    let Some(kind) = kind else {
        let summary = format!("there is no backend `{name}`");
        let help = match name {
            "local" => "without a `backend` block the state is in `enroll.state.json`".to_owned(),
            "azurerm" => "Enroll's name is `azure`".to_owned(),
            _ => suggest(name, KINDS, "backends"),
        };
        report.add(report.error(header, summary).help(help));
        return None;
    };
    let mut fields = Fields { reader: Reader::new(file, block), report, found: BTreeMap::new() };
    let backend = match kind {
        "s3" => Backend::S3(S3 {
            bucket: fields.required("bucket", is_bucket, "a bucket's name"),
            key: fields.required("key", is_key, KEY),
            region: fields.optional("region", is_region, "a region, such as \"eu-central-1\""),
            endpoint: fields.optional("endpoint", |_| true, ""),
            encrypt: fields.flag("encrypt"),
            kms_key_id: fields.optional("kms_key_id", is_plain, "a key's id or ARN"),
        }),
        "gcs" => Backend::Gcs(Gcs {
            bucket: fields.required("bucket", is_bucket, "a bucket's name"),
            key: fields.required("key", is_key, KEY),
        }),
        "azure" => Backend::Azure(Azure {
            account: fields.required("account", is_account, "a storage account's name"),
            container: fields.required("container", is_container, "a container's name"),
            key: fields.required("key", is_key, KEY),
            endpoint: fields.optional("endpoint", |_| true, ""),
        }),
        _ => Backend::Http(Http {
            address: fields.optional("address", |_| true, ""),
            lock_address: fields.optional("lock_address", |_| true, ""),
            unlock_address: fields.optional("unlock_address", |_| true, ""),
            update_method: fields.method("update_method"),
            lock_method: fields.method("lock_method"),
            unlock_method: fields.method("unlock_method"),
        }),
    };
    let Fields { mut reader, report, found: addresses } = fields;
    no_secrets(report, &mut reader);
    reader.finish(report);
    (!report.failed_since(mark)).then_some(BackendBlock { backend, addresses })
}

const DELETE_HELP: &str = "leave `unlock_address` out, or write `unlock_method = \"UNLOCK\"`";
const KEY: &str = "the object's name, such as \"enroll/prod.state.json\"";
const METHOD: &str = "a method of HTTP, such as \"PUT\"";
const ONLY_THESE: &str =
    "the request goes out with the token of whoever runs Enroll, so a file can't choose any method";

struct Fields<'r, 't> {
    reader: Reader<'t>,
    report: &'r mut Report,
    found: BTreeMap<&'static str, (Text, Span)>,
}

impl Fields<'_, '_> {
    fn required(&mut self, name: &'static str, good: fn(&str) -> bool, what: &str) -> Text {
        let example = format!("{name} = \"…\"");
        let argument = self.reader.require(self.report, name, &example);
        argument.and_then(|argument| self.text(name, argument, good, what)).unwrap_or_default()
    }

    fn optional(&mut self, name: &'static str, good: fn(&str) -> bool, what: &str) -> Option<Text> {
        let argument = self.reader.take(name)?;
        self.text(name, argument, good, what)
    }

    fn text(
        &mut self,
        name: &'static str,
        argument: Argument<'_>,
        good: fn(&str) -> bool,
        what: &str,
    ) -> Option<Text> {
        let Some(text) = argument.expression.as_str() else {
            let summary = format!("`{name}` must be a plain text");
            self.report.add(self.report.error(argument.value, summary).help(
                "no variables or functions: where the state is must be known before anything is evaluated",
            ));
            return None;
        };
        if text.is_empty() || !good(text) {
            let what = if what.is_empty() { "an address" } else { what };
            let summary = format!("`{name}` is not {what}");
            self.report.add(self.report.error(argument.value, summary));
            return None;
        }
        let text = Text::from(text);
        self.found.insert(name, (text.clone(), argument.value));
        Some(text)
    }

    fn method(&mut self, name: &'static str) -> Option<Text> {
        let argument = self.reader.take(name)?;
        let span = argument.value;
        let text = self.text(name, argument, is_plain, METHOD)?;
        let known = http_methods(name);
        if known.contains(&text.as_str()) {
            return Some(text);
        }
        let summary = format!("`{name}` can't be \"{text}\"");
        let help = format!("Terraform's protocol has {} there", list(known.iter().copied()));
        self.report.add(self.report.error(span, summary).detail(ONLY_THESE).help(help));
        None
    }

    fn flag(&mut self, name: &'static str) -> bool {
        let Some(argument) = self.reader.take(name) else { return false };
        argument.expression.as_bool().unwrap_or_else(|| {
            let error =
                self.report.error(argument.value, format!("`{name}` must be true or false"));
            self.report.add(error);
            false
        })
    }
}

/// An argument that would hold credentials: a file in git is no place for them.
fn no_secrets(report: &mut Report, reader: &mut Reader<'_>) {
    for name in SECRETS {
        let Some(argument) = reader.take_unknown(name) else { continue };
        report.add(
            report
                .error(argument.name, format!("`{name}` can't stand in a `backend`"))
                .detail("credentials of the state come from the environment of whoever runs Enroll")
                .help(
                    "set what the service's own tools read: AWS_…, GOOGLE_APPLICATION_CREDENTIALS, AZURE_…; \
                     for `http` ENROLL_HTTP_USERNAME and ENROLL_HTTP_PASSWORD, or ENROLL_HTTP_TOKEN",
                )
                .help(
                    "if a real secret stood here, it is in the history of the repository: replace it",
                ),
        );
    }
}

/// Checks that credentials may go to the addresses that stand in the block.
pub(super) fn check_hosts(report: &mut Report, block: &BackendBlock, allow: &[String]) {
    let home = match block.backend {
        Backend::S3(_) => Home::S3,
        Backend::Azure(_) => Home::Azure,
        Backend::Gcs(_) | Backend::Http(_) => Home::None,
    };
    for name in ["endpoint", "address", "lock_address", "unlock_address"] {
        let Some((text, span)) = block.addresses.get(name) else { continue };
        // Whether a server gets credentials is known where they are.
        let check = if matches!(block.backend, Backend::Http(_)) {
            check_bare_url
        } else {
            check_store_url
        };
        if let Err(error) = check(text, home, allow) {
            let help = if matches!(error, HostError::UserInfo { .. }) {
                "credentials come from the environment".to_owned()
            } else {
                error.help()
            };
            report.add(report.error(*span, format!("`{name}`: {error}")).help(help));
        }
    }
    deletes_the_lock(report, block);
}

/// Checks where a `DELETE` goes, as far as the block says it.
fn deletes_the_lock(report: &mut Report, block: &BackendBlock) {
    let url = |name| Url::parse(&block.addresses.get(name)?.0).ok();
    let Some((method, span)) = block.addresses.get("unlock_method") else { return };
    let Some(lock) = url("lock_address") else { return };
    let unlock = url("unlock_address").unwrap_or_else(|| lock.clone());
    let document = url("address");
    if let Some(why) = deletes_other(method, &unlock, &lock, document.as_ref()) {
        report.add(report.error(*span, why).detail(ONLY_THESE).help(DELETE_HELP));
    }
}

fn is_plain(text: &str) -> bool {
    text.len() <= 1024 && !text.chars().any(char::is_control)
}

fn is_key(text: &str) -> bool {
    is_plain(text) && text.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

fn made_of(text: &str, most: usize, more: &str) -> bool {
    text.len() <= most && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

fn is_bucket(text: &str) -> bool {
    made_of(text, 222, ".-_") && text.len() >= 3
}

fn is_region(text: &str) -> bool {
    made_of(text, 64, "-")
}

fn is_account(text: &str) -> bool {
    made_of(text, 24, "") && text.len() >= 3
}

fn is_container(text: &str) -> bool {
    made_of(text, 63, "-$")
}
