//! The accepting side of NTLM (MS-NLMP).

use sspi::{
    AuthIdentityBuffers, BufferType, DataRepresentation, SecurityBuffer, SecurityStatus, ServerRequestFlags,
    Sspi as _, SspiImpl as _, ntlm::NtlmConfig,
};

use super::{access::Access, ntlm_message::Authenticate};
use crate::{winrm::sspi_step, wsman::seal::Sealed};

/// A handshake, and later what seals.
pub(super) struct Acceptor {
    context: sspi::Ntlm,
}

/// Why a handshake does not go on.
#[derive(Debug)]
pub(super) struct Refused;

impl Acceptor {
    /// Takes `NEGOTIATE_MESSAGE` and gives `CHALLENGE_MESSAGE`.
    pub(super) fn challenge(token: &[u8]) -> Result<(Self, Vec<u8>), Refused> {
        let mut acceptor = Self { context: sspi::Ntlm::with_config(NtlmConfig::new("SIMULATOR".to_owned())) };
        let answer = acceptor.step(token, None)?;
        Ok((acceptor, answer))
    }

    /// Takes `AUTHENTICATE_MESSAGE` and gives the account that it proves.
    pub(super) fn authenticate(&mut self, token: &[u8], access: &Access) -> Result<String, Refused> {
        let message = Authenticate::read(token).ok_or(Refused)?;
        // `sspi` compares nothing else with the password: without the code a message proves nothing.
        if !message.has_integrity_code {
            return Err(Refused);
        }
        let account = access.account(&message.user).ok_or(Refused)?;
        let identity = AuthIdentityBuffers::from_utf8(&account.name, "", account.password());
        self.step(token, Some(identity))?;
        let done = sspi_step::quiet(|| self.context.complete_auth_token(&mut []));
        match done {
            Ok(SecurityStatus::Ok) => Ok(account.name.clone()),
            _ => Err(Refused),
        }
    }

    fn step(&mut self, token: &[u8], identity: Option<AuthIdentityBuffers>) -> Result<Vec<u8>, Refused> {
        let mut credentials = identity;
        let mut input = [SecurityBuffer::new(token.to_vec(), BufferType::Token)];
        let mut output = [SecurityBuffer::new(Vec::new(), BufferType::Token)];
        sspi_step::quiet(|| {
            let builder = self
                .context
                .accept_security_context()
                .with_credentials_handle(&mut credentials)
                .with_context_requirements(ServerRequestFlags::CONFIDENTIALITY)
                .with_target_data_representation(DataRepresentation::Native)
                .with_input(&mut input)
                .with_output(&mut output);
            let mut step = self.context.accept_security_context_impl(builder).map_err(|_| Refused)?;
            step.resolve_to_result().map_err(|_| Refused)
        })?;
        let [output] = output;
        Ok(output.buffer)
    }

    pub(super) fn seal(&mut self, plain: &[u8]) -> Option<Sealed> {
        sspi_step::seal(&mut self.context, plain).ok()
    }

    pub(super) fn unseal(&mut self, sealed: Sealed) -> Option<Vec<u8>> {
        sspi_step::unseal(&mut self.context, sealed).ok()
    }
}
