//! What NTLM and Kerberos have in common in `sspi`.

use sspi::{BufferType, ClientRequestFlags, EncryptionFlags, SecurityBuffer, SecurityBufferRef, Sspi};
use tracing::subscriber::{NoSubscriber, with_default};

use super::AuthError;
use crate::wsman::seal::Sealed;

/// What is asked of the context: both sides known, order kept, sealing.
pub(super) const FLAGS: ClientRequestFlags = ClientRequestFlags::MUTUAL_AUTH
    .union(ClientRequestFlags::INTEGRITY)
    .union(ClientRequestFlags::CONFIDENTIALITY)
    .union(ClientRequestFlags::REPLAY_DETECT)
    .union(ClientRequestFlags::SEQUENCE_DETECT);

/// Runs code of `sspi` without its spans: at the level of debug they hold messages as they are before they
/// are sealed, and tokens.
pub(crate) fn quiet<T>(act: impl FnOnce() -> T) -> T {
    with_default(NoSubscriber::default(), act)
}

/// The input of a step.
pub(super) fn input(challenge: Option<&[u8]>, channel: Option<&[u8]>) -> Vec<SecurityBuffer> {
    let mut buffers = vec![SecurityBuffer::new(challenge.unwrap_or_default().to_vec(), BufferType::Token)];
    if let Some(channel) = channel {
        buffers.push(SecurityBuffer::new(bindings(channel), BufferType::ChannelBindings));
    }
    buffers
}

/// `SEC_CHANNEL_BINDINGS`: eight numbers, of which only length and place of the application data matter here.
fn bindings(application_data: &[u8]) -> Vec<u8> {
    const HEADER: u32 = 32;
    let length = u32::try_from(application_data.len()).unwrap_or(u32::MAX);
    let numbers = [0, 0, 0, 0, 0, 0, length, HEADER];
    let mut structure: Vec<u8> = numbers.into_iter().flat_map(u32::to_le_bytes).collect();
    structure.extend_from_slice(application_data);
    structure
}

/// Seals in place: the trailer goes into a buffer of its own.
pub(crate) fn seal(context: &mut impl Sspi, plain: &[u8]) -> Result<Sealed, AuthError> {
    let broken = |error: sspi::Error| AuthError::Unavailable(format!("cannot seal: {}", error.description));
    quiet(|| {
        let sizes = context.query_context_sizes().map_err(broken)?;
        let mut trailer = vec![0; sizes.security_trailer as usize];
        let mut data = plain.to_vec();
        let mut buffers =
            [SecurityBufferRef::token_buf(&mut trailer), SecurityBufferRef::data_buf(&mut data)];
        context.encrypt_message(EncryptionFlags::empty(), &mut buffers).map_err(broken)?;
        let [trailer, data] = buffers.map(|buffer| buffer.data().to_vec());
        Ok(Sealed { trailer, data, original_length: plain.len() })
    })
}

/// Opens, checks signature, order and length.
pub(crate) fn unseal(context: &mut impl Sspi, mut sealed: Sealed) -> Result<Vec<u8>, AuthError> {
    let broken = |error: sspi::Error| AuthError::Unavailable(format!("cannot unseal: {}", error.description));
    let plain = quiet(|| {
        let mut buffers = [
            SecurityBufferRef::token_buf(&mut sealed.trailer),
            SecurityBufferRef::data_buf(&mut sealed.data),
        ];
        context.decrypt_message(&mut buffers).map_err(broken)?;
        let [_, data] = buffers;
        Ok(data.data().to_vec())
    })?;
    if plain.len() != sealed.original_length {
        return Err(AuthError::Unavailable(format!(
            "cannot unseal: {} bytes instead of {}",
            plain.len(),
            sealed.original_length
        )));
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channel_bindings_are_laid_out_as_windows_does() {
        let structure = bindings(b"tls-server-end-point:x");
        let read = sspi::channel_bindings::ChannelBindings::from_bytes(&structure).expect("it reads");
        assert_eq!(read.application_data, b"tls-server-end-point:x");
        assert!(read.initiator.is_empty() && read.acceptor.is_empty());
    }
}
