//! Digests of passwords by functions that take memory as well as time: Argon2, and scrypt as Werkzeug and Firebase
//! write it.

use aes::Aes256;
use aes::cipher::{BlockEncrypt as _, KeyInit as _};
use argon2::{Algorithm, Argon2, Block, Version};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::digests::hexadecimal;

/// What is checked at most, in KiB that are filled: twice Werkzeug's own default.
const MOST_WORK: u64 = 64 * 1024;

/// A digest that was read.
pub(super) enum MemoryHard {
    Argon2 { function: Argon2<'static>, salt: Vec<u8>, hash: Vec<u8> },
    Scrypt { costs: Costs, salt: Vec<u8>, hash: Vec<u8> },
    Firebase { costs: Costs, salt: Vec<u8>, signer_key: Vec<u8>, hash: Vec<u8> },
}

/// What scrypt is told: N as a power of two, r and p.
#[derive(Clone, Copy)]
pub(super) struct Costs {
    log_n: u8,
    r: u32,
    p: u32,
}

impl MemoryHard {
    /// A digest of one of these hashers; `None` where it is of another one, or has not its form.
    pub(super) fn read(hasher: &str, digest: &str) -> Option<MemoryHard> {
        match hasher {
            "argon2i" => argon2(Algorithm::Argon2i, digest),
            "argon2id" => argon2(Algorithm::Argon2id, digest),
            "scrypt_werkzeug" => werkzeug(digest),
            "scrypt_firebase" => firebase(digest),
            _ => None,
        }
    }

    pub(super) fn is_too_slow(&self) -> bool {
        let work = match self {
            MemoryHard::Argon2 { function, .. } => {
                u64::from(function.params().m_cost()).saturating_mul(function.params().t_cost().into())
            }
            MemoryHard::Scrypt { costs, .. } | MemoryHard::Firebase { costs, .. } => {
                // N blocks of 128 r bytes, p times.
                let blocks = 1_u64.checked_shl(costs.log_n.into()).unwrap_or(u64::MAX);
                blocks.saturating_mul(costs.r.into()).saturating_mul(costs.p.into()) / 8
            }
        };
        work > MOST_WORK
    }

    pub(super) fn is_of(&self, password: &str) -> bool {
        let password = password.as_bytes();
        match self {
            MemoryHard::Argon2 { function, salt, hash } => {
                let mut memory = vec![Block::default(); function.params().block_count()];
                let mut found = vec![0; hash.len()];
                let done = function.hash_password_into_with_memory(password, salt, &mut found, &mut memory);
                done.is_ok() && found == *hash
            }
            MemoryHard::Scrypt { costs, salt, hash } => {
                costs.scrypt(password, salt).is_some_and(|found| found == hash[..])
            }
            // The password's key encrypts the project's.
            MemoryHard::Firebase { costs, salt, signer_key, hash } => {
                let key = costs.scrypt(password, salt);
                let found = key.and_then(|key| encrypt(key.get(..32)?, signer_key));
                found.is_some_and(|found| found[..] == hash[..])
            }
        }
    }
}

impl Costs {
    /// 64 bytes, as both have it.
    fn scrypt(self, password: &[u8], salt: &[u8]) -> Option<[u8; 64]> {
        let mut key = [0; 64];
        let params = scrypt::Params::new(self.log_n, self.r, self.p, key.len()).ok()?;
        scrypt::scrypt(password, salt, &params, &mut key).ok()?;
        Some(key)
    }
}

/// `$argon2id$v=19$m=64,t=4,p=8$<salt>$<hash>`, both in Base64.
fn argon2(algorithm: Algorithm, digest: &str) -> Option<MemoryHard> {
    let rest = digest.strip_prefix('$')?.strip_prefix(algorithm.as_str())?.strip_prefix('$')?;
    // Digests from before version 19 name none.
    let (version, rest) = match rest.strip_prefix("v=") {
        Some(rest) => rest.split_once('$')?,
        None => ("16", rest),
    };
    let version = Version::try_from(version.parse::<u32>().ok()?).ok()?;
    let mut parts = rest.split('$');
    let mut costs = parts.next()?.split(',');
    let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.parse().ok();
    let (memory, time, lanes) = (cost("m=")?, cost("t=")?, cost("p=")?);
    let mut bytes = || STANDARD_NO_PAD.decode(parts.next()?.trim_end_matches('=')).ok();
    let (salt, hash) = (bytes()?, bytes()?);
    let params = argon2::Params::new(memory, time, lanes, Some(hash.len())).ok()?;
    if salt.len() < argon2::MIN_SALT_LEN || parts.next().is_some() {
        return None;
    }
    Some(MemoryHard::Argon2 { function: Argon2::new(algorithm, version, params), salt, hash })
}

/// `scrypt:<N>:<r>:<p>$<salt>$<hash>`; the salt is text, the hash hexadecimal, or Base64 as Clerk's documentation has it.
fn werkzeug(digest: &str) -> Option<MemoryHard> {
    let digest = digest.strip_prefix('$').unwrap_or(digest);
    let mut parts = digest.split('$');
    let (method, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut costs = method.strip_prefix("scrypt:")?.split(':').map(str::parse::<u32>);
    let mut cost = || costs.next()?.ok();
    let (n, r, p) = (cost()?, cost()?, cost()?);
    let hash = hexadecimal(hash).or_else(|| STANDARD.decode(hash).ok())?;
    if !n.is_power_of_two() || hash.len() != 64 || parts.next().is_some() {
        return None;
    }
    let costs = Costs { log_n: u8::try_from(n.trailing_zeros()).ok()?, r, p };
    scrypt::Params::new(costs.log_n, r, p, 64).ok()?;
    Some(MemoryHard::Scrypt { costs, salt: salt.as_bytes().to_vec(), hash })
}

/// `<hash>$<salt>$<signer key>$<salt separator>$<rounds>$<memory cost>`, the first four in Base64.
fn firebase(digest: &str) -> Option<MemoryHard> {
    let parts: Vec<&str> = digest.split('$').collect();
    let [hash, salt, signer_key, separator, rounds, memory] = parts[..] else { return None };
    // Firebase's own tools write either alphabet.
    let bytes = |text: &str| STANDARD.decode(text.replace('-', "+").replace('_', "/")).ok();
    let salt = [bytes(salt)?, bytes(separator)?].concat();
    let costs = Costs { log_n: memory.parse().ok()?, r: rounds.parse().ok()?, p: 1 };
    scrypt::Params::new(costs.log_n, costs.r, costs.p, 64).ok()?;
    let (signer_key, hash) = (bytes(signer_key)?, bytes(hash)?);
    Some(MemoryHard::Firebase { costs, salt, signer_key, hash })
}

/// AES-256 in counter mode, from a counter of zero.
fn encrypt(key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256::new_from_slice(key).ok()?;
    let mut encrypted = Vec::with_capacity(text.len());
    for (counter, chunk) in (0_u128..).zip(text.chunks(16)) {
        let mut block = counter.to_be_bytes().into();
        cipher.encrypt_block(&mut block);
        encrypted.extend(chunk.iter().zip(block).map(|(byte, stream)| byte ^ stream));
    }
    Some(encrypted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firebases_own_example_is_understood() {
        let digest = "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$\
                      42xEC+ixf3L2lw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZ\
                      vpjeJ9WmXA==$Bw==$8$14";

        let digest = MemoryHard::read("scrypt_firebase", digest).unwrap();

        assert!(digest.is_of("user1password"));
        assert!(!digest.is_of("user2password"));
    }
}
