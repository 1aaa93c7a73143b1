//! Kerberos (RFC 4120, RFC 4121, MS-KILE), from a password or a keytab.

use async_trait::async_trait;
use sspi::{
    AuthIdentityBuffers, BufferType, CredentialsBuffers, DataRepresentation, ErrorKind, KerberosConfig,
    KeytabIdentity, SecurityBuffer, Sspi as _, SspiImpl as _, Username, generator::GeneratorState,
};

use super::{Account, AuthError, Authenticator, KerberosKey, Step, kdc, sspi_step};
use crate::wsman::seal::Sealed;

/// A handshake of Kerberos with mutual authentication.
pub(super) struct Kerberos {
    context: sspi::Kerberos,
    credentials: Option<CredentialsBuffers>,
    service: String,
    kdcs: Vec<String>,
}

impl Kerberos {
    pub(super) fn new(
        account: &Account,
        key: &KerberosKey,
        kdcs: &[String],
        host: &str,
    ) -> Result<Self, AuthError> {
        let unavailable = |why: String| AuthError::Unavailable(format!("Kerberos: {why}"));
        let realm = account.domain.as_ref().map(|domain| domain.to_uppercase());
        let realm = realm.ok_or_else(|| unavailable("the account names no realm".to_owned()))?;
        let credentials = match key {
            KerberosKey::Password(password) => {
                let text =
                    password.text().ok_or_else(|| unavailable("the password is not text".to_owned()))?;
                CredentialsBuffers::AuthIdentity(AuthIdentityBuffers::from_utf8(&account.name, &realm, text))
            }
            KerberosKey::Keytab(keytab) => {
                let key = keytab.best(&account.name, &realm).ok_or_else(|| {
                    unavailable(format!("no AES key of {}@{realm} in the keytab", account.name))
                })?;
                let principal = Username::new_down_level_logon_name(&account.name, &realm)
                    .map_err(|error| unavailable(error.to_string()))?;
                let key_enctype = usize::from(key.kind)
                    .try_into()
                    .map_err(|_| unavailable(format!("key type {}", key.kind)))?;
                let key = key.bytes.bytes().to_vec().into();
                CredentialsBuffers::Keytab(KeytabIdentity { principal, key, key_enctype })
            }
        };
        // The realm itself resolves to domain controllers in every Active Directory.
        let kdcs = if kdcs.is_empty() { vec![realm.to_lowercase()] } else { kdcs.to_vec() };
        // `sspi` wants an address to hand back with each request; where requests go is decided here.
        let config = KerberosConfig::new_with_kdc_url("tcp://kdc:88", "lync-failover".to_owned());
        let context =
            sspi::Kerberos::new_client_from_config(config).map_err(|error| unavailable(error.description))?;
        // HTTP/<host> may belong to the Kerberos account of Lync's web services; HOST is the machine.
        Ok(Self { context, credentials: Some(credentials), service: format!("HOST/{host}"), kdcs })
    }

    fn failed(&self, error: &sspi::Error) -> AuthError {
        let text = format!("Kerberos: {}", error.description);
        // `sspi` keeps of a KDC's refusal little more than its words.
        let says = |words: &str| error.description.contains(words);
        let about_the_service = says("server not found") || says("for server");
        match error.error_type {
            _ if about_the_service => {
                AuthError::Unavailable(format!("{text}; is {} registered (setspn -L)?", self.service))
            }
            ErrorKind::TimeSkew => AuthError::Unavailable(format!("{text}; compare the clocks (w32tm)")),
            ErrorKind::LogonDenied | ErrorKind::UnknownCredentials => AuthError::Refused(text),
            _ if says("pre-authentication information was invalid") || says("password has expired") => {
                AuthError::Refused(text)
            }
            // A wrong password shows so when the KDC asks for no pre-authentication.
            ErrorKind::DecryptFailure => AuthError::Refused(text),
            _ => AuthError::Unavailable(text),
        }
    }
}

#[async_trait]
impl Authenticator for Kerberos {
    fn schemes(&self) -> &'static [&'static str] {
        &["Negotiate", "Kerberos"]
    }

    /// Not done. `sspi` 0.23.1 says "bound" (`KERB_AP_OPTIONS_CBT`, MS-KILE 3.2.5.8) in two bytes instead of
    /// four, and an acceptor of MIT refuses the whole ticket for it. A ticket that is not bound is taken
    /// unless the service is set to `CbtHardeningLevel=Strict`; there, HTTP and sealing are the way.
    fn bind(&mut self, _channel: &[u8]) {}

    async fn step(&mut self, challenge: Option<&[u8]>) -> Result<Step, AuthError> {
        let mut input = sspi_step::input(challenge, None);
        let mut output = vec![SecurityBuffer::new(Vec::new(), BufferType::Token)];
        let outcome = {
            let (context, credentials) = (&mut self.context, &mut self.credentials);
            let mut builder = context
                .initialize_security_context()
                .with_credentials_handle(credentials)
                .with_context_requirements(sspi_step::FLAGS)
                .with_target_data_representation(DataRepresentation::Native)
                .with_target_name(&self.service)
                .with_input(&mut input)
                .with_output(&mut output);
            match context.initialize_security_context_impl(&mut builder) {
                Err(error) => Err(error),
                Ok(mut step) => {
                    let mut state = sspi_step::quiet(|| step.start());
                    loop {
                        match state {
                            GeneratorState::Completed(result) => break result,
                            GeneratorState::Suspended(request) => {
                                let answer = kdc::exchange(&self.kdcs, &request.data).await;
                                let answer = answer.map_err(|why| {
                                    sspi::Error::new(ErrorKind::NoAuthenticatingAuthority, why)
                                });
                                state = sspi_step::quiet(|| step.resume(answer));
                            }
                        }
                    }
                }
            }
        };
        outcome.map_err(|error| self.failed(&error))?;
        let token = Some(output.swap_remove(0).buffer).filter(|token| !token.is_empty());
        // The second step takes the answer of the service, which proves that it is the one.
        Ok(Step { token, complete: challenge.is_some() })
    }

    fn seal(&mut self, plain: &[u8]) -> Result<Sealed, AuthError> {
        sspi_step::seal(&mut self.context, plain)
    }

    fn unseal(&mut self, sealed: Sealed) -> Result<Vec<u8>, AuthError> {
        sspi_step::unseal(&mut self.context, sealed)
    }
}
