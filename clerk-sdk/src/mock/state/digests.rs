//! Digests of passwords that were brought along from elsewhere, in the forms that Clerk's documentation gives.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use md5::{Digest as _, Md5};
use ring::{digest, hmac, pbkdf2};

use super::memory_hard::MemoryHard;

/// What Clerk's documentation lists.
pub(super) const HASHERS: &[&str] = &[
    "argon2i",
    "argon2id",
    "awscognito",
    "bcrypt",
    "bcrypt_peppered",
    "bcrypt_sha256_django",
    "hmac_sha256_utf16_b64",
    "ldap_ssha",
    "md5",
    "md5_phpass",
    "md5_salted",
    "pbkdf2_sha1",
    "pbkdf2_sha256",
    "pbkdf2_sha256_django",
    "pbkdf2_sha512",
    "pbkdf2_sha512_hex",
    "phpass",
    "scrypt_firebase",
    "scrypt_werkzeug",
    "sha256",
    "sha256_salted",
    "sha512_symfony",
];

/// What is checked at most: one more of the first is twice the time.
const MOST_COST: u32 = 14;
const MOST_ROUNDS: u32 = 2_000_000;

/// Whether a digest has the form that its hasher gives it.
pub(super) fn readable(hasher: &str, digest: &str) -> bool {
    let hexadecimal_of = |bytes: usize| hexadecimal(digest).is_some_and(|read| read.len() == bytes);
    match hasher {
        "bcrypt" => bcrypt_cost(digest).is_some(),
        "bcrypt_peppered" => peppered(digest).is_some(),
        "bcrypt_sha256_django" => of_django(digest).and_then(bcrypt_cost).is_some(),
        "md5" => hexadecimal_of(16),
        "sha256" => hexadecimal_of(32),
        "md5_salted" => salted_parts(digest).is_some_and(|(_, hash)| hash.len() == 16),
        "sha256_salted" => salted_parts(digest).is_some_and(|(_, hash)| hash.len() == 32),
        "ldap_ssha" => ssha(digest).is_some(),
        "phpass" | "md5_phpass" => phpass_parts(digest).is_some(),
        "argon2i" | "argon2id" | "scrypt_werkzeug" | "scrypt_firebase" => {
            MemoryHard::read(hasher, digest).is_some()
        }
        "sha512_symfony" => symfony_parts(digest).is_some(),
        "hmac_sha256_utf16_b64" => hmac_parts(digest).is_some(),
        "awscognito" => is_of_cognito(digest),
        _ => parts(hasher).is_some_and(|kind| pbkdf2_parts(kind, digest).is_some()),
    }
}

/// Whether a digest is of this password; `None` where that cannot be found out here.
pub(super) fn matches(hasher: &str, password: &str, digest: &str) -> Option<bool> {
    if let Some(digest) = MemoryHard::read(hasher, digest) {
        return (!digest.is_too_slow()).then(|| digest.is_of(password));
    }
    if too_slow(hasher, digest) {
        return None;
    }
    let is = |found: &[u8]| hexadecimal(digest).is_some_and(|wanted| wanted == found);
    let matches = match hasher {
        "bcrypt" => bcrypt::verify(password, digest).unwrap_or(false),
        "bcrypt_peppered" => peppered(digest).is_some_and(|(digest, pepper)| {
            bcrypt::verify(format!("{password}{pepper}"), digest).unwrap_or(false)
        }),
        // Django hashes the hexadecimal digits of a SHA-256.
        "bcrypt_sha256_django" => {
            let hashed = to_hexadecimal(sha256(password.as_bytes()).as_ref());
            of_django(digest).is_some_and(|digest| bcrypt::verify(hashed, digest).unwrap_or(false))
        }
        "md5" => is(&Md5::digest(password)),
        "sha256" => is(sha256(password.as_bytes()).as_ref()),
        // Whether the salt is hashed before the password or after it is not told, so both orders are right.
        "md5_salted" => salted(digest, password, |text| Md5::digest(text).to_vec()),
        "sha256_salted" => salted(digest, password, |text| sha256(text).as_ref().to_vec()),
        "ldap_ssha" => ssha(digest).is_some_and(|(hash, salt)| {
            let salted = [password.as_bytes(), &salt].concat();
            digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &salted).as_ref() == hash
        }),
        "phpass" => phpass(password.as_bytes(), digest),
        "md5_phpass" => phpass(to_hexadecimal(&Md5::digest(password)).as_bytes(), digest),
        "hmac_sha256_utf16_b64" => hmac_utf16(password, digest),
        "sha512_symfony" => symfony(password, digest),
        _ => pbkdf2(parts(hasher)?, password, digest),
    };
    Some(matches)
}

/// Whether a digest is made to take so long that everyone else would wait.
fn too_slow(hasher: &str, digest: &str) -> bool {
    let slow = |digest: &str| bcrypt_cost(digest).is_some_and(|cost| cost > MOST_COST);
    match hasher {
        "bcrypt" => slow(digest),
        "bcrypt_sha256_django" => of_django(digest).is_some_and(slow),
        "bcrypt_peppered" => peppered(digest).is_some_and(|(digest, _)| slow(digest)),
        "sha512_symfony" => symfony_parts(digest).is_some_and(|(rounds, ..)| rounds > MOST_ROUNDS),
        _ => {
            let rounds =
                parts(hasher).and_then(|kind| pbkdf2_parts(kind, digest)).map(|(rounds, ..)| rounds.get());
            rounds.is_some_and(|rounds| rounds > MOST_ROUNDS)
        }
    }
}

/// The cost that a digest of bcrypt was made with: `$2b$<cost>$<22 letters of salt><31 of hash>`.
fn bcrypt_cost(digest: &str) -> Option<u32> {
    let mut parts = digest.split('$').skip(1);
    let (version, cost, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let letters =
        rest.len() == 53 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'));
    let known = ["2a", "2b", "2x", "2y"].contains(&version) && letters && parts.next().is_none();
    cost.parse().ok().filter(|cost| known && (4..=31).contains(cost))
}

fn sha256(bytes: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, bytes)
}

/// `bcrypt_sha256$$2b$12$…`, of which bcrypt reads the end.
fn of_django(digest: &str) -> Option<&str> {
    digest.strip_prefix("bcrypt_sha256$")
}

/// `<digest of bcrypt>$<pepper>`: the pepper stands behind the password when both are hashed.
fn peppered(digest: &str) -> Option<(&str, &str)> {
    let (bcrypt, pepper) = (digest.get(..60)?, digest.get(60..)?.strip_prefix('$')?);
    bcrypt_cost(bcrypt).map(|_| (bcrypt, pepper))
}

/// `<salt>$<hash in hexadecimal>`.
fn salted_parts(digest: &str) -> Option<(&str, Vec<u8>)> {
    let (salt, hash) = digest.rsplit_once('$')?;
    Some((salt, hexadecimal(hash)?))
}

fn salted(digest: &str, password: &str, hash: impl Fn(&[u8]) -> Vec<u8>) -> bool {
    salted_parts(digest).is_some_and(|(salt, wanted)| {
        let orders = [format!("{salt}{password}"), format!("{password}{salt}")];
        orders.iter().any(|text| hash(text.as_bytes()) == wanted)
    })
}

/// `{SSHA}` and, in Base64, a SHA-1 with its salt behind it.
fn ssha(digest: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut bytes = STANDARD.decode(digest.strip_prefix("{SSHA}")?).ok()?;
    let salt = (bytes.len() > 20).then(|| bytes.split_off(20))?;
    Some((bytes, salt))
}

/// `hmac_sha256_utf16_b64$<hash>$<key>`, both in Base64; the password is read as UTF-16, lower byte first.
fn hmac_parts(digest: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (hash, key) = digest.strip_prefix("hmac_sha256_utf16_b64$")?.split_once('$')?;
    let hash = STANDARD.decode(hash).ok().filter(|hash| hash.len() == digest::SHA256_OUTPUT_LEN)?;
    Some((hash, STANDARD.decode(key).ok()?))
}

fn hmac_utf16(password: &str, digest: &str) -> bool {
    let Some((hash, key)) = hmac_parts(digest) else { return false };
    let text: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), &text, &hash).is_ok()
}

/// `awscognito#<user pool>#<client>#<identifier>`: who knows the password is Cognito.
fn is_of_cognito(digest: &str) -> bool {
    let mut parts = digest.split('#');
    parts.next() == Some("awscognito") && parts.filter(|part| !part.is_empty()).count() == 3
}

/// `sha512_symfony$<rounds>$<salt>$<hash in Base64>`.
fn symfony_parts(digest: &str) -> Option<(u32, &str, Vec<u8>)> {
    let mut parts = digest.strip_prefix("sha512_symfony$")?.split('$');
    let (rounds, salt, hash) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    let hash = STANDARD.decode(hash).ok().filter(|hash| hash.len() == digest::SHA512_OUTPUT_LEN)?;
    Some((rounds, salt, hash)).filter(|_| rounds > 0 && parts.next().is_none())
}

/// Symfony puts the salt behind the password in braces, and each round that behind what the round before gave.
fn symfony(password: &str, digest: &str) -> bool {
    symfony_parts(digest).is_some_and(|(rounds, salt, wanted)| {
        let salted = format!("{password}{{{salt}}}");
        let sha512 = |bytes: &[u8]| digest::digest(&digest::SHA512, bytes);
        let mut hash = sha512(salted.as_bytes());
        for _ in 1..rounds {
            hash = sha512(&[hash.as_ref(), salted.as_bytes()].concat());
        }
        hash.as_ref() == wanted
    })
}

/// The letters that phpass counts with.
const PHPASS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `$P$`, a letter for the rounds, eight of salt, and the hash.
fn phpass_parts(digest: &str) -> Option<(u32, &[u8], &str)> {
    let rest = digest.strip_prefix("$P$").or_else(|| digest.strip_prefix("$H$"))?;
    let (rounds, rest) = (*rest.as_bytes().first()?, rest.get(1..)?);
    let rounds =
        PHPASS.iter().position(|letter| *letter == rounds).filter(|rounds| (7..=30).contains(rounds))?;
    let (salt, hash) = (rest.get(..8)?, rest.get(8..)?);
    Some((1 << rounds, salt.as_bytes(), hash)).filter(|(_, _, hash)| hash.len() == 22)
}

fn phpass(password: &[u8], digest: &str) -> bool {
    // More rounds than phpass has by itself would only take long.
    let Some((rounds, salt, wanted)) = phpass_parts(digest).filter(|(rounds, ..)| *rounds <= 1 << 16) else {
        return false;
    };
    let mut hash = Md5::digest([salt, password].concat());
    for _ in 0..rounds {
        hash = Md5::digest([&hash[..], password].concat());
    }
    let mut text = String::new();
    for chunk in hash.chunks(3) {
        let number = chunk.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let letters = (0..=chunk.len()).map(|index| PHPASS[(number >> (6 * index) & 63) as usize]);
        text.extend(letters.map(char::from));
    }
    text == wanted
}

type Pbkdf2 = (pbkdf2::Algorithm, Written, Written);

/// How salt and hash are written by a hasher of the PBKDF2 kind.
fn parts(hasher: &str) -> Option<Pbkdf2> {
    Some(match hasher {
        "pbkdf2_sha1" => (pbkdf2::PBKDF2_HMAC_SHA1, Written::HexOrAsIs, Written::Hex),
        "pbkdf2_sha256" => (pbkdf2::PBKDF2_HMAC_SHA256, Written::Base64, Written::Base64),
        "pbkdf2_sha256_django" => (pbkdf2::PBKDF2_HMAC_SHA256, Written::AsIs, Written::Base64),
        "pbkdf2_sha512" => (pbkdf2::PBKDF2_HMAC_SHA512, Written::AsIs, Written::Hex),
        "pbkdf2_sha512_hex" => (pbkdf2::PBKDF2_HMAC_SHA512, Written::Hex, Written::Hex),
        _ => return None,
    })
}

/// How a part of a digest is written.
#[derive(Clone, Copy)]
enum Written {
    AsIs,
    Base64,
    Hex,
    /// Hexadecimal, or as it is where it is not that.
    HexOrAsIs,
}

impl Written {
    fn read(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Written::AsIs => Some(text.as_bytes().to_vec()),
            Written::Base64 => STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok(),
            Written::Hex => hexadecimal(text),
            Written::HexOrAsIs => hexadecimal(text).or_else(|| Written::AsIs.read(text)),
        }
    }
}

/// A digest of the form `<name>$<rounds>$<salt>$<hash>`; salt and hash are written as each kind has it.
fn pbkdf2_parts(kind: Pbkdf2, stored: &str) -> Option<(NonZeroU32, Vec<u8>, Vec<u8>)> {
    let (_, salt_written, hash_written) = kind;
    let mut parts = stored.split('$').skip(1);
    let rounds = NonZeroU32::new(parts.next()?.parse().ok()?)?;
    Some((rounds, salt_written.read(parts.next()?)?, hash_written.read(parts.next()?)?))
}

fn pbkdf2(kind: Pbkdf2, password: &str, stored: &str) -> bool {
    pbkdf2_parts(kind, stored).is_some_and(|(rounds, salt, hash)| {
        pbkdf2::verify(kind.0, rounds, &salt, password.as_bytes(), &hash).is_ok()
    })
}

fn to_hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let digits = digits.filter(|d| d.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
