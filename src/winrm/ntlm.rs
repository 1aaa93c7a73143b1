//! NTLM (MS-NLMP).

use async_trait::async_trait;
use sspi::{
    AuthIdentityBuffers, BufferType, DataRepresentation, SecurityBuffer, Sspi as _, SspiImpl as _,
    ntlm::NtlmConfig,
};

use super::{Account, AuthError, Authenticator, Secret, Step, sspi_step};
use crate::wsman::seal::Sealed;

/// A handshake of NTLM. Its messages travel bare: Negotiate of Windows takes them so.
pub(super) struct Ntlm {
    context: sspi::Ntlm,
    identity: Option<AuthIdentityBuffers>,
    channel: Option<Vec<u8>>,
}

impl Ntlm {
    pub(super) fn new(account: &Account, password: &Secret) -> Result<Self, AuthError> {
        let password = password
            .text()
            .ok_or_else(|| AuthError::Unavailable("the password is not UTF-8 text".to_owned()))?;
        let domain = account.domain.as_deref().unwrap_or_default();
        Ok(Self {
            context: sspi::Ntlm::with_config(NtlmConfig::new("LYNC-FAILOVER".to_owned())),
            identity: Some(AuthIdentityBuffers::from_utf8(&account.name, domain, password)),
            channel: None,
        })
    }
}

#[async_trait]
impl Authenticator for Ntlm {
    fn schemes(&self) -> &'static [&'static str] {
        &["Negotiate", "NTLM"]
    }

    fn bind(&mut self, channel: &[u8]) {
        self.channel = Some(channel.to_vec());
    }

    async fn step(&mut self, challenge: Option<&[u8]>) -> Result<Step, AuthError> {
        let broken = |error: sspi::Error| AuthError::Unavailable(format!("NTLM: {}", error.description));
        let mut input = sspi_step::input(challenge, self.channel.as_deref());
        let mut output = vec![SecurityBuffer::new(Vec::new(), BufferType::Token)];
        let (context, identity) = (&mut self.context, &mut self.identity);
        sspi_step::quiet(|| {
            let mut builder = context
                .initialize_security_context()
                .with_credentials_handle(identity)
                .with_context_requirements(sspi_step::FLAGS)
                .with_target_data_representation(DataRepresentation::Native)
                .with_input(&mut input)
                .with_output(&mut output);
            let mut step = context.initialize_security_context_impl(&mut builder)?;
            step.resolve_to_result()
        })
        .map_err(broken)?;
        let token = output.swap_remove(0).buffer;
        Ok(Step { token: Some(token), complete: challenge.is_some() })
    }

    fn seal(&mut self, plain: &[u8]) -> Result<Sealed, AuthError> {
        sspi_step::seal(&mut self.context, plain)
    }

    fn unseal(&mut self, sealed: Sealed) -> Result<Vec<u8>, AuthError> {
        sspi_step::unseal(&mut self.context, sealed)
    }
}
