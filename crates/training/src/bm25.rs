//! Search by words: the baseline of search by meaning.
//!
//! BM25 (Robertson & Zaragoza 2009) is what a search engine does without a model, and hard to beat where question and
//! answer share their words.

use std::fmt;

use bm25::{Embedder, EmbedderBuilder, Scorer, Tokenizer};

use crate::words::words;

/// How much a word's second occurrence still counts. The defaults are those of Lucene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bm25Options {
    /// `k1`: 0 counts a word once, larger values count repetitions more.
    pub k1: f32,
    /// `b`: 0 ignores the length of a document, 1 divides by it.
    pub b: f32,
}

impl Default for Bm25Options {
    fn default() -> Self {
        Self { k1: 1.2, b: 0.75 }
    }
}

/// A document that shares a word with a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bm25Match {
    /// Position among the documents.
    pub document: usize,
    /// The larger, the better; above 0.
    pub score: f32,
}

/// Documents that can be asked.
pub struct Bm25 {
    embedder: Embedder<u64, LowerCaseWords>,
    scorer: Scorer<usize, u64>,
    num_documents: usize,
}

impl Bm25 {
    /// Reads the documents. Words are runs of letters and digits in lower case; nothing is stemmed or left out, so
    /// that every language is treated alike.
    pub fn new(documents: &[&str], options: Bm25Options) -> Self {
        let builder = EmbedderBuilder::with_tokenizer_and_fit_to_corpus(LowerCaseWords, documents);
        let embedder = builder.k1(options.k1).b(options.b).build();
        let mut scorer = Scorer::new();
        for (place, document) in documents.iter().enumerate() {
            scorer.upsert(&place, embedder.embed(document));
        }
        Self {
            embedder,
            scorer,
            num_documents: documents.len(),
        }
    }

    /// Number of documents.
    pub fn num_documents(&self) -> usize {
        self.num_documents
    }

    /// At most `limit` documents that share a word with the query, best first, those of equal score in their own order.
    pub fn rank(&self, query: &str, limit: usize) -> Vec<Bm25Match> {
        let mut matches: Vec<Bm25Match> = self
            .scorer
            .matches(&self.embedder.embed(query))
            .into_iter()
            .map(|found| Bm25Match {
                document: found.id,
                score: found.score,
            })
            .collect();
        // The scorer leaves documents of equal score in the order of a hash set.
        matches.sort_unstable_by(|a, b| {
            (b.score.total_cmp(&a.score)).then(a.document.cmp(&b.document))
        });
        matches.truncate(limit);
        matches
    }
}

impl fmt::Debug for Bm25 {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter
            .debug_struct("Bm25")
            .field("num_documents", &self.num_documents)
            .finish_non_exhaustive()
    }
}

/// Words in lower case.
#[derive(Debug)]
struct LowerCaseWords;

impl Tokenizer for LowerCaseWords {
    fn tokenize(&self, text: &str) -> Vec<String> {
        words(&text.to_lowercase()).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTIONS: [&str; 6] = [
        "How do I reset my password?",
        "Where can I see the invoice of my last order?",
        "Can I change the address of an order?",
        "How long does a delivery to Norway take?",
        "How long does a delivery to Iceland take?",
        "退款需要多久？",
    ];

    fn documents(query: &str, limit: usize) -> Vec<usize> {
        let matches = Bm25::new(&QUESTIONS, Bm25Options::default()).rank(query, limit);
        matches.iter().map(|found| found.document).collect()
    }

    /// The formula of Robertson & Zaragoza 2009 with the idf of Lucene, which is never negative.
    fn score_by_definition(query: &str, document: usize, options: Bm25Options) -> f64 {
        let tokens = |text: &str| LowerCaseWords.tokenize(text);
        let lengths: usize = QUESTIONS.iter().map(|text| tokens(text).len()).sum();
        let mean_length = lengths as f64 / QUESTIONS.len() as f64;
        let document = tokens(QUESTIONS[document]);
        let (k1, b) = (f64::from(options.k1), f64::from(options.b));
        let score = |word: &String| {
            let having = QUESTIONS.iter().filter(|text| tokens(text).contains(word));
            let having = having.count() as f64;
            let count = document.iter().filter(|other| *other == word).count() as f64;
            let idf = (1.0 + (QUESTIONS.len() as f64 - having + 0.5) / (having + 0.5)).ln();
            let length = 1.0 - b + b * document.len() as f64 / mean_length;
            idf * count * (k1 + 1.0) / (count + k1 * length)
        };
        tokens(query).iter().map(score).sum()
    }

    #[test]
    fn a_question_finds_its_near_copy() {
        assert_eq!(documents("how can I RESET the Password", 1), [0]);
        assert_eq!(documents("I want to see my invoice", 1), [1]);
        assert_eq!(documents("退款多久到账", 1), [5]);
    }

    #[test]
    fn scores_follow_the_formula() {
        let query = "how long does the order of the last order take";
        for options in [Bm25Options::default(), Bm25Options { k1: 1.5, b: 0.4 }] {
            let matches = Bm25::new(&QUESTIONS, options).rank(query, 10);
            assert_eq!(matches.len(), 5);
            for found in matches {
                let expected = score_by_definition(query, found.document, options);
                assert!((f64::from(found.score) - expected).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn equal_documents_keep_their_order() {
        let texts = vec!["same words here"; 50];
        let matches = Bm25::new(&texts, Bm25Options::default()).rank("words", 100);
        assert!(
            matches
                .iter()
                .enumerate()
                .all(|(place, found)| found.document == place)
        );
        assert_eq!(matches.len(), 50);
        assert_eq!(documents("delivery to", 10), [3, 4]);
    }

    #[test]
    fn what_shares_no_word_is_not_listed() {
        assert!(documents("zebra", 10).is_empty());
        assert!(documents("", 10).is_empty());
        assert!(documents("password", 0).is_empty());
        let empty = Bm25::new(&[], Bm25Options::default());
        assert!(empty.rank("password", 10).is_empty() && empty.num_documents() == 0);
    }
}
