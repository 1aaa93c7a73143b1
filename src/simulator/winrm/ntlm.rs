//! The accepting side of NTLM (MS-NLMP).

use sspi::{
    AuthIdentityBuffers, BufferType, DataRepresentation, SecurityBuffer, SecurityStatus, ServerRequestFlags,
    Sspi as _, SspiImpl as _, ntlm::NtlmConfig,
};

use super::{access::Access, ntlm_message::Authenticate, ntlm_seal::Seal};
use crate::{winrm::sspi_step, wsman::seal::Sealed};

/// A handshake, and later what seals.
pub(super) struct Acceptor {
    context: sspi::Ntlm,
    seal: Option<Seal>,
}

/// Why a handshake does not go on.
#[derive(Debug)]
pub(super) struct Refused;

impl Acceptor {
    /// Takes `NEGOTIATE_MESSAGE` and gives `CHALLENGE_MESSAGE`.
    pub(super) fn challenge(token: &[u8]) -> Result<(Self, Vec<u8>), Refused> {
        let context = sspi::Ntlm::with_config(NtlmConfig::new("SIMULATOR".to_owned()));
        let mut acceptor = Self { context, seal: None };
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
        let Ok(SecurityStatus::Ok) = done else { return Err(Refused) };
        let key = sspi_step::quiet(|| self.context.query_context_session_key()).map_err(|_| Refused)?;
        let seal = Seal::new(key.session_key.as_ref(), message.exchanges_keys).map_err(|_| Refused)?;
        self.seal = Some(seal);
        Ok(account.name.clone())
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
        self.seal.as_mut()?.seal(plain)
    }

    pub(super) fn unseal(&mut self, sealed: &Sealed) -> Option<Vec<u8>> {
        self.seal.as_mut()?.unseal(sealed)
    }

    /// Checks the client's code of a mechanism list and gives the own one.
    pub(super) fn exchange_codes(&mut self, list: &[u8], code: &[u8]) -> Result<Vec<u8>, Refused> {
        let seal = self.seal.as_mut().ok_or(Refused)?;
        match seal.is_code(list, code) {
            true => seal.code(list).ok_or(Refused),
            false => Err(Refused),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use sspi::ClientRequestFlags;

    use super::*;
    use crate::simulator::winrm::Account;

    pub(in crate::simulator::winrm) fn access() -> Access {
        Access::http(vec![Account::new("svc", "right")])
    }

    /// The messages of a client: the first, and what it answers to a challenge.
    pub(in crate::simulator::winrm) struct Client(sspi::Ntlm, Option<AuthIdentityBuffers>);

    impl Client {
        pub(in crate::simulator::winrm) fn new(user: &str, password: &str) -> Self {
            let identity = AuthIdentityBuffers::from_utf8(user, "CONTOSO", password);
            Self(sspi::Ntlm::with_config(NtlmConfig::new("CLIENT".to_owned())), Some(identity))
        }

        pub(in crate::simulator::winrm) fn step(&mut self, challenge: &[u8]) -> Vec<u8> {
            let mut input = [SecurityBuffer::new(challenge.to_vec(), BufferType::Token)];
            let mut output = [SecurityBuffer::new(Vec::new(), BufferType::Token)];
            let flags = ClientRequestFlags::INTEGRITY | ClientRequestFlags::CONFIDENTIALITY;
            let mut builder = self
                .0
                .initialize_security_context()
                .with_credentials_handle(&mut self.1)
                .with_context_requirements(flags)
                .with_target_data_representation(DataRepresentation::Native)
                .with_input(&mut input)
                .with_output(&mut output);
            let mut step = self.0.initialize_security_context_impl(&mut builder).expect("a step");
            step.resolve_to_result().expect("a step");
            drop(step);
            let [output] = output;
            output.buffer
        }
    }

    /// The acceptor and the message that is to prove the account.
    fn proof(user: &str, password: &str) -> (Acceptor, Vec<u8>) {
        let mut client = Client::new(user, password);
        let (acceptor, challenge) = Acceptor::challenge(&client.step(&[])).expect("a challenge");
        (acceptor, client.step(&challenge))
    }

    #[test]
    fn the_right_password_proves_the_account() {
        let (mut acceptor, message) = proof("SVC", "right");
        assert_eq!(acceptor.authenticate(&message, &access()).expect("proved"), "svc");
        for (user, password) in [("svc", "wrong"), ("other", "right")] {
            let (mut acceptor, message) = proof(user, password);
            assert!(acceptor.authenticate(&message, &access()).is_err(), "{user} {password}");
        }
    }

    #[test]
    fn a_message_without_integrity_code_proves_nothing() {
        let (mut acceptor, mut message) = proof("svc", "wrong");
        let flag = [6, 0, 4, 0, 2, 0, 0, 0];
        let at = message.windows(8).position(|part| part == flag).expect("the flag");
        message[at + 4] = 0;
        assert!(acceptor.authenticate(&message, &access()).is_err());
    }
}
