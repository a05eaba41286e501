//! From the settings of an object store and the environment to the library's client. Credentials are looked for
//! where the service's own tools find them.

use std::sync::Arc;
use std::time::Duration;

use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::ObjectState;
use crate::diagnostic::Diagnostic;
use crate::model::leads_home;
#[cfg(any(feature = "s3", feature = "azure"))]
use crate::model::{Home, Text};
use crate::remote::any::AnyStore;
use crate::remote::environment::Environment;
#[cfg(any(feature = "s3", feature = "azure"))]
use crate::remote::open::address;

fn client(is_home: bool) -> ClientOptions {
    let options = ClientOptions::new()
        .with_allow_http(is_home)
        .with_connect_timeout(Duration::from_secs(10))
        .with_timeout(Duration::from_secs(60));
    options.with_user_agent(object_store::HeaderValue::from_static(concat!(
        "enroll/",
        env!("CARGO_PKG_VERSION")
    )))
}

/// Nothing is repeated below [`Patient`](crate::remote::Patient): it alone knows that a write whose answer was
/// lost may have happened.
fn once() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

fn state(
    kind: &str,
    built: object_store::Result<impl ObjectStore>,
    key: &str,
) -> Result<AnyStore, Diagnostic> {
    match built {
        Ok(store) => Ok(AnyStore::Object(ObjectState::new(Arc::new(store), key))),
        Err(error) => {
            Err(Diagnostic::error(format!("the backend \"{kind}\" can't be used: {error}"))
                .help("its credentials come from the environment, as for the service's own tools"))
        }
    }
}

/// The endpoint that the configuration names, or else the environment.
#[cfg(any(feature = "s3", feature = "azure"))]
fn endpoint(
    inside: Option<&Text>,
    outside: Option<&str>,
    home: Home,
    allow: &[String],
) -> Result<Option<url::Url>, Diagnostic> {
    match (inside, outside) {
        (Some(text), _) => address("endpoint", text, home, false, allow).map(Some),
        (None, Some(text)) => address("endpoint", text, home, true, allow).map(Some),
        (None, None) => Ok(None),
    }
}

/// Amazon S3, or what speaks its protocol.
#[cfg(feature = "s3")]
pub(in crate::remote) fn s3(
    settings: &crate::model::S3,
    environment: &Environment,
    allow: &[String],
) -> Result<AnyStore, Diagnostic> {
    use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey as Key, S3ConditionalPut};

    let outside = environment.first(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]);
    let endpoint = endpoint(settings.endpoint.as_ref(), outside, Home::S3, allow)?;
    let is_home = endpoint.as_ref().is_some_and(leads_home);
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(settings.bucket.as_str())
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_client_options(client(is_home))
        .with_retry(once());
    for (name, key) in [
        ("AWS_ROLE_ARN", Key::RoleArn),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", Key::WebIdentityTokenFile),
        ("AWS_ROLE_SESSION_NAME", Key::RoleSessionName),
        ("AWS_ENDPOINT_URL_STS", Key::StsEndpoint),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Key::ContainerCredentialsRelativeUri),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", Key::ContainerCredentialsFullUri),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Key::ContainerAuthorizationTokenFile),
    ] {
        if let Some(value) = environment.get(name) {
            builder = builder.with_config(key, value);
        }
    }
    let profile = environment.first(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]).unwrap_or("default");
    let profile = crate::remote::profile::read(&environment.aws_files, profile);
    let keys = |name: &str| profile.get(&name.to_ascii_lowercase()).map(String::as_str);
    let from_files = environment.get("AWS_ACCESS_KEY_ID").is_none()
        && environment.get("AWS_WEB_IDENTITY_TOKEN_FILE").is_none();
    for (name, key) in [
        ("AWS_ACCESS_KEY_ID", Key::AccessKeyId),
        ("AWS_SECRET_ACCESS_KEY", Key::SecretAccessKey),
        ("AWS_SESSION_TOKEN", Key::Token),
    ] {
        let value = if from_files { keys(name) } else { environment.get(name) };
        if let Some(value) = value {
            builder = builder.with_config(key, value);
        }
    }
    let region = settings.region.as_deref();
    let region = region
        .or_else(|| environment.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]))
        .or_else(|| keys("region"))
        .unwrap_or("us-east-1");
    builder = builder.with_region(region);
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
    }
    if let Some(key) = &settings.kms_key_id {
        builder = builder.with_sse_kms_encryption(key.as_str());
    } else if settings.encrypt
        && let Ok(key) = "aws_server_side_encryption".parse::<Key>()
    {
        builder = builder.with_config(key, "AES256");
    }
    state("s3", builder.build(), &settings.key)
}

/// Google Cloud Storage.
#[cfg(feature = "gcs")]
pub(in crate::remote) fn gcs(
    settings: &crate::model::Gcs,
    environment: &Environment,
) -> Result<AnyStore, Diagnostic> {
    use object_store::gcp::GoogleCloudStorageBuilder;

    // Google's own tools take this address of an emulator, which asks for no credentials.
    let emulator = environment
        .get("STORAGE_EMULATOR_HOST")
        .map(|host| if host.contains("://") { host.to_owned() } else { format!("http://{host}") });
    let is_home =
        emulator.as_ref().is_some_and(|url| url::Url::parse(url).is_ok_and(|url| leads_home(&url)));
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_bucket_name(settings.bucket.as_str())
        .with_client_options(client(is_home))
        .with_retry(once());
    if let Some(emulator) = emulator {
        // It asks for a token all the same where nothing else is said.
        builder = builder.with_base_url(emulator.trim_end_matches('/')).with_bearer_token("none");
    } else if let Some(token) = environment.get("GOOGLE_OAUTH_ACCESS_TOKEN") {
        builder = builder.with_bearer_token(token);
    } else if let Some(file) =
        environment.first(&["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS"])
    {
        builder = builder.with_application_credentials(file);
    }
    state("gcs", builder.build(), &settings.key)
}

/// Azure Blob Storage.
#[cfg(feature = "azure")]
pub(in crate::remote) fn azure(
    settings: &crate::model::Azure,
    environment: &Environment,
    allow: &[String],
) -> Result<AnyStore, Diagnostic> {
    use object_store::azure::{AzureConfigKey as Key, MicrosoftAzureBuilder};

    let outside = environment.get("AZURE_STORAGE_ENDPOINT");
    let endpoint = endpoint(settings.endpoint.as_ref(), outside, Home::Azure, allow)?;
    let is_home = endpoint.as_ref().is_some_and(leads_home);
    let mut builder = MicrosoftAzureBuilder::new()
        .with_account(settings.account.as_str())
        .with_container_name(settings.container.as_str())
        .with_client_options(client(is_home))
        .with_retry(once());
    for (names, key) in [
        (&["AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_KEY", "ARM_ACCESS_KEY"][..], Key::AccessKey),
        (&["AZURE_STORAGE_SAS_TOKEN", "ARM_SAS_TOKEN"][..], Key::SasKey),
        (&["AZURE_CLIENT_ID", "ARM_CLIENT_ID"][..], Key::ClientId),
        (&["AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET"][..], Key::ClientSecret),
        (&["AZURE_TENANT_ID", "ARM_TENANT_ID"][..], Key::AuthorityId),
        (&["AZURE_AUTHORITY_HOST"][..], Key::AuthorityHost),
        (&["AZURE_FEDERATED_TOKEN_FILE"][..], Key::FederatedTokenFile),
        (&["AZURE_USE_AZURE_CLI"][..], Key::UseAzureCli),
        (&["IDENTITY_ENDPOINT"][..], Key::MsiEndpoint),
    ] {
        if let Some(value) = environment.first(names) {
            builder = builder.with_config(key, value);
        }
    }
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/').to_owned());
    }
    state("azure", builder.build(), &settings.key)
}
