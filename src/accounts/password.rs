//! Passwords: Argon2id hashes, and which ones do.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use super::error::AccountError;
use crate::model::Bilingual;

/// Bytes of a password at most: hashing takes time with each.
const LONGEST: usize = 200;
/// Different characters at least.
const DIFFERENT: usize = 5;
/// Memory of one hash, KiB, and how often it is gone over: what OWASP recommends for Argon2id with one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

fn argon2() -> Result<Argon2<'static>, AccountError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|e| AccountError::Hash(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash, with a salt of its own, as it is kept.
pub(super) fn hash(password: &str) -> Result<String, AccountError> {
    let salt: [u8; 16] = rand::random();
    let hashed = argon2()?.hash_password_with_salt(password.as_bytes(), &salt);
    hashed.map(|hash| hash.to_string()).map_err(|error| AccountError::Hash(error.to_string()))
}

/// Whether it is the password. Takes the same time whatever is wrong with it.
pub(super) fn fits(password: &str, hash: &str) -> Result<bool, AccountError> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    let hash = PasswordHash::new(hash).map_err(|error| AccountError::Kept(error.to_string()))?;
    Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
}

/// As much work as a password of a person takes: whoever tries names does not learn which ones there are.
pub(super) fn as_if(password: &str) {
    // Nobody hears what comes of it.
    let _ = hash(&password.chars().take(LONGEST / 4).collect::<String>());
}

/// Refuses a password that is too short, too long, too plain, or made of what the person is called.
pub(super) fn check(password: &str, length: usize, called: [&str; 2]) -> Result<(), AccountError> {
    let weak = |zh: String, en: String| Err(AccountError::Weak(Bilingual::new(zh, en)));
    if password.chars().count() < length {
        return weak(
            format!("密码至少 {length} 个字符。"),
            format!("A password has at least {length} characters."),
        );
    }
    if password.len() > LONGEST {
        return weak("密码太长。".into(), "The password is too long.".into());
    }
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    let lower = password.to_lowercase();
    let plain = ["password", "boundstone", "123456", "abcdef", "qwerty", "111111", "admin"];
    let named = |name: &str| name.chars().count() > 1 && lower.contains(&name.to_lowercase());
    if different.len() < DIFFERENT
        || plain.iter().any(|word| lower.contains(word))
        || called.into_iter().any(named)
    {
        return weak(
            "密码太容易猜：不要用姓名、用户名、连续数字和常见词。".into(),
            "The password is easy to guess: no names, rows of digits or common words.".into(),
        );
    }
    Ok(())
}

/// A password for a first login: readable aloud, without letters that look alike; 80 bits.
pub(super) fn initial() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567892";
    let bytes: [u8; 16] = rand::random();
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_fits_its_password_only_and_is_argon2id_with_a_salt() {
        let one = hash("翠湖边的柳树-7").unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert!(fits("翠湖边的柳树-7", &one).unwrap());
        assert!(!fits("翠湖边的柳树-8", &one).unwrap());
        assert!(!fits(&"x".repeat(10_000), &one).unwrap());
        assert_ne!(one, hash("翠湖边的柳树-7").unwrap());
        assert!(fits("x", "not a hash").is_err());
    }

    #[test]
    fn weak_passwords_are_refused() {
        for weak in
            ["kurz", "aaaaaaaaaaaa", "Password-2026", "zhangsan-2026-x", "张三的长长的密码哦哦", "x12345678x"]
        {
            assert!(check(weak, 10, ["zhangsan", "张三"]).is_err(), "{weak}");
        }
        assert!(check("柳树-翠湖-莲花池-8", 10, ["zhangsan", "张三"]).is_ok());
        for _ in 0..20 {
            assert!(check(&initial(), 10, ["zhangsan", "张三"]).is_ok());
        }
    }
}
