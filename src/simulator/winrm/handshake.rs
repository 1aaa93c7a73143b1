//! A handshake: NTLM as it is, or within SPNEGO.

use super::{
    access::Access,
    ntlm::{Acceptor, Refused},
    spnego::{State, Token, response},
};

/// What comes next in a handshake that has begun.
pub(super) enum Handshake {
    /// The client proves its account, without SPNEGO.
    Bare(Box<Acceptor>),
    /// The client preferred another mechanism and begins NTLM now.
    Chosen(List),
    /// The client proves its account, within SPNEGO.
    Wrapped(Box<Acceptor>, List),
}

/// The client's list of mechanisms.
pub(super) struct List {
    encoded: Vec<u8>,
    /// Whether NTLM is its first choice.
    first: bool,
}

/// What a token of the client leads to.
pub(super) enum Step {
    /// An answer, and the client goes on.
    Answer(Vec<u8>, Handshake),
    /// The client is known. There may be something to tell it still.
    Known { account: String, seal: Box<Acceptor>, last: Option<Vec<u8>> },
}

impl Handshake {
    /// Takes the first token.
    pub(super) fn begin(token: &[u8]) -> Result<Step, Refused> {
        if token.starts_with(b"NTLMSSP\0") {
            let (acceptor, challenge) = Acceptor::challenge(token)?;
            return Ok(Step::Answer(challenge, Self::Bare(Box::new(acceptor))));
        }
        let token = Token::read(token).ok_or(Refused)?;
        let place = token.ntlm().ok_or(Refused)?;
        let Token { mechanisms: Some(encoded), message, .. } = token else { return Err(Refused) };
        let list = List { encoded, first: place == 0 };
        match message.filter(|_| list.first) {
            Some(message) => Self::challenge(&message, list, State::Incomplete, true),
            None => {
                let state = if list.first { State::Incomplete } else { State::RequestCode };
                Ok(Step::Answer(response(state, true, None, None), Self::Chosen(list)))
            }
        }
    }

    /// Takes a later one.
    pub(super) fn step(self, token: &[u8], access: &Access) -> Result<Step, Refused> {
        let (mut seal, list) = match self {
            Self::Bare(mut seal) => {
                let account = seal.authenticate(token, access)?;
                return Ok(Step::Known { account, seal, last: None });
            }
            Self::Chosen(list) => {
                let message = Token::read(token).and_then(|token| token.message).ok_or(Refused)?;
                return Self::challenge(&message, list, State::Incomplete, false);
            }
            Self::Wrapped(seal, list) => (seal, list),
        };
        let token = Token::read(token).ok_or(Refused)?;
        let account = seal.authenticate(&token.message.ok_or(Refused)?, access)?;
        // Nobody can have taken a better mechanism out of the list.
        let code = match token.code {
            Some(code) => Some(seal.exchange_codes(&list.encoded, &code)?),
            None if list.first => None,
            None => return Err(Refused),
        };
        let last = response(State::Completed, false, None, code.as_deref());
        Ok(Step::Known { account, seal, last: Some(last) })
    }

    fn challenge(message: &[u8], list: List, state: State, first: bool) -> Result<Step, Refused> {
        let (acceptor, challenge) = Acceptor::challenge(message)?;
        let answer = response(state, first, Some(&challenge), None);
        Ok(Step::Answer(answer, Self::Wrapped(Box::new(acceptor), list)))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            ntlm::tests::{Client, access},
            spnego::tests::offer,
        },
        *,
    };

    const KERBEROS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 1, 2, 2];

    fn answer(step: Result<Step, Refused>) -> (Token, Handshake) {
        let Ok(Step::Answer(answer, next)) = step else { panic!("no answer") };
        (Token::read(&answer).expect("SPNEGO"), next)
    }

    /// `NegTokenResp` is the same in both directions.
    fn wrapped(message: &[u8], code: Option<&[u8]>) -> Vec<u8> {
        response(State::Incomplete, false, Some(message), code)
    }

    #[test]
    fn ntlm_that_is_preferred_begins_at_once() {
        let mut client = Client::new("svc", "right");
        let (token, next) = answer(Handshake::begin(&offer(&[], true, &client.step(&[]))));
        let proof = client.step(&token.message.expect("a challenge"));
        let known = next.step(&wrapped(&proof, None), &access());
        assert!(matches!(known, Ok(Step::Known { account, last: Some(_), .. }) if account == "svc"));
    }

    #[test]
    fn a_second_choice_needs_the_code_of_the_list() {
        let handshake = |code: Option<&[u8]>| {
            let mut client = Client::new("svc", "right");
            let (token, next) = answer(Handshake::begin(&offer(&[KERBEROS], true, b"a ticket")));
            assert_eq!(token.message, None, "the ticket is for another mechanism");
            let (token, next) = answer(next.step(&wrapped(&client.step(&[]), None), &access()));
            let proof = client.step(&token.message.expect("a challenge"));
            next.step(&wrapped(&proof, code), &access())
        };
        assert!(handshake(None).is_err() && handshake(Some(&[1; 16])).is_err());
    }

    #[test]
    fn without_ntlm_there_is_no_way_in() {
        assert!(Handshake::begin(&offer(&[KERBEROS], false, b"a ticket")).is_err());
        assert!(Handshake::begin(b"noise").is_err());
        let mut client = Client::new("svc", "wrong");
        let (token, next) = answer(Handshake::begin(&offer(&[], true, &client.step(&[]))));
        let proof = client.step(&token.message.expect("a challenge"));
        assert!(next.step(&wrapped(&proof, None), &access()).is_err(), "the password is wrong");
    }
}
