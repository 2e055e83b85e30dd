//! Bodies of bytes: a vector then costs its copy, not its digits. Little-endian; native/server/binary.ts is the other
//! side.

use crate::types::{EpisodeInput, Hit};

pub(crate) const VECTOR_TYPE: &str = "application/vnd.engram.vector";
pub(crate) const EPISODES_TYPE: &str = "application/vnd.engram.episodes";
pub(crate) const HITS_TYPE: &str = "application/vnd.engram.hits";

pub(crate) fn encode_vector(vector: &[f32]) -> Vec<u8> {
    vector
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// u32 n, n bytes of JSON without the embeddings, then the embeddings. All of the batch have one.
pub(crate) fn encode_episodes(mut episodes: Vec<EpisodeInput>) -> Vec<u8> {
    let vectors: Vec<_> = episodes
        .iter_mut()
        .filter_map(|episode| episode.embedding.take())
        .collect();
    let text = serde_json::json!({ "episodes": episodes }).to_string();
    let length = u32::try_from(text.len()).expect("a batch is shorter than 4 GiB");
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes.extend(vectors.iter().flat_map(|vector| encode_vector(vector)));
    bytes
}

/// u32 n, n scores as f32, then n ids, each a u16 length and UTF-8. Nothing where the bytes are something else.
pub(crate) fn decode_hits(bytes: &[u8]) -> Option<Vec<Hit>> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    let n = u32::from_le_bytes(*head) as usize;
    let (scores, mut ids) = rest.split_at_checked(n.checked_mul(4)?)?;
    let mut hits = Vec::with_capacity(n);
    for score in scores.chunks_exact(4) {
        let (length, rest) = ids.split_first_chunk::<2>()?;
        let (id, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        let score = f32::from_le_bytes(score.try_into().ok()?);
        hits.push(Hit {
            id: std::str::from_utf8(id).ok()?.to_owned(),
            score,
        });
        ids = rest;
    }
    Some(hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_that_are_cut_short_are_nothing() {
        let whole = [
            &1_u32.to_le_bytes()[..],
            &0.5_f32.to_le_bytes(),
            &1_u16.to_le_bytes(),
            b"a",
        ]
        .concat();
        assert_eq!(
            decode_hits(&whole),
            Some(vec![Hit {
                id: "a".into(),
                score: 0.5
            }])
        );
        for end in 0..whole.len() {
            assert_eq!(decode_hits(&whole[..end]), None);
        }
    }
}
