// The datasets experiments may ask for: official home, licence, citation and the checksum of every file.
// Adding a set is adding a row here.

export interface Registered {
  name: string;
  title: string;
  home: string;
  licence: string;
  citation: string;
  /** File name within the set's folder → SHA-256. */
  files: Record<string, string>;
  /** File name → address at the official home, where it serves these very bytes. Most of the sets here are
   *  repackaged (recompressed, embedded): the home has the content, not the same bytes. */
  urls?: Record<string, string>;
  /** A set that is generated, not found: its seed and the file that makes it. It has no files. */
  synthetic?: {seed: number; recipe: string};
}

export const REGISTRY: readonly Registered[] = [
  {
    name: "wikispeedia-minilm",
    title: "Wikispeedia passages with all-MiniLM-L6-v2 embeddings",
    home: "https://snap.stanford.edu/data/wikispeedia.html",
    licence:
      "text: GFDL / CC BY-SA (Wikipedia authors of 2007); model: Apache-2.0; movie titles: MovieLens terms",
    citation: "West, Pineau & Precup 2009 (Wikispeedia); Reimers & Gurevych 2019 (Sentence-BERT)",
    files: {
      "passages.f16": "4644390deca830b1360798a2ac7af31541bc80718a1e464936fe4f90e1fed4fa",
      "passages.parquet": "8c3f6c34647f5fa3e53299cdb6ce87a4a0864f2f03a41b70bf12f2635a2af5c1",
      "queries.f16": "41606e0481d96fbd719b2a7a985e1d6881dea00327b908a900098b1bbc77cfe1",
      "queries.parquet": "18661fb9b2eb4048ee6a61cee6c452bb69533e78209872acfdd8e94611f0a481",
      "unseen-top100.i32": "9a30b8d186292b4b557b39267fb2b619b98be9070fe665147cfc4b3ad4ecbcc2",
    },
  },
  {
    name: "movielens-latest-small",
    title: "MovieLens ml-latest-small (2018-09-26)",
    home: "https://grouplens.org/datasets/movielens/latest/",
    licence: "GroupLens terms: research, no commercial use, cite",
    citation: "Harper & Konstan 2015, ACM TiiS 5(4):19",
    files: {
      "ratings.csv.gz": "31bb504043c5bd56a22cc6a5d080cd9b7b86cad5a917b5dd46497c85a98517e0",
      "movies.csv.gz": "d0b91deaa9a5f2152e5cb1315a4e4531e18aab90750b7f08c07256c4bf35b037",
      "tags.csv.gz": "7cb4ee31ae3b67218e42bc34e594e4d2fbfeb084db5c3f42957130815c78b285",
      "links.csv.gz": "8da7388e87fd136045e706b5ef5514dc25e7f4c9a28f1ef98d35cbf1fd5dd43c",
    },
  },
  {
    name: "wikispeedia",
    title: "Wikispeedia articles and link graph",
    home: "https://snap.stanford.edu/data/wikispeedia.html",
    licence: "GFDL / CC BY-SA (Wikipedia authors of 2007)",
    citation: "West, Pineau & Precup 2009, IJCAI",
    files: {
      "articles.tsv.gz": "7fc8b38d46beb889b3d8a2b4436af2d31e043fff9125ab688ad2880422bb3e4b",
      "links.tsv.gz": "8abcc18c60689d66290370333f3ca6a14e7a6ff9638b32663528c9fab8584362",
      "categories.tsv.gz": "54f6d6bae0e6ac37256e5fe1998c3dea40edfa9299fea8a193a375dfdc36d2da",
    },
  },
  {
    name: "mnist",
    title: "MNIST handwritten digits",
    home: "http://yann.lecun.com/exdb/mnist/",
    licence: "CC BY-SA 3.0",
    citation: "LeCun, Bottou, Bengio & Haffner 1998",
    files: {
      "train-images-idx3-ubyte.gz": "db8f937d487057fb14a9f0fbe97f0bc8d311ab41b750d41e1ff37c43b9e55e19",
      "train-labels-idx1-ubyte.gz": "51fc562b6747b666fbf6e84ce29d43c3cb5f9c388c664d43b33f02095313405a",
      "t10k-images-idx3-ubyte.gz": "cfeddb84311ecf044fc6a5b0f6ee8a24d265d4e83e388400186eb114082f4209",
      "t10k-labels-idx1-ubyte.gz": "e41c74e484045d39b462a7790a4af51301bd9b0b24f0154798d713ec68c45920",
    },
  },
  {
    name: "bigann10k",
    title: "First 10,000 of BIGANN (SIFT)",
    home: "http://corpus-texmex.irisa.fr/",
    licence: "CC0",
    citation: "Jegou, Douze & Schmid 2011",
    files: {
      "base_u8_10000x128.npy.gz": "b0645ba3d04115d44afb5250ab735fed150d9696dd24a9d8f9d430ba2fb707c8",
      "groundtruth_u32_100x100.npy.gz": "949497c2dfc12c024c37cc6f11f1dc95e8294fd5047c206041c9064fd774df4d",
    },
  },
  {
    name: "snap-graphs",
    title: "SNAP graphs: email-Eu-core, ca-GrQc, p2p-Gnutella04, wiki-Vote",
    home: "https://snap.stanford.edu/data/",
    licence: "as published by SNAP; see the set's README",
    citation: "Leskovec & Krevl 2014, SNAP Datasets",
    files: {
      "email-Eu-core/email-Eu-core.txt.gz":
        "462dcf0a70266724a1b5d2bd54fde8d75563bb9df8150b821c20c9226963161c",
      "email-Eu-core/email-Eu-core-department-labels.txt.gz":
        "0cd665787b24c44ad0a67b3a697e9916a6255c9e77efbc77bcaeb9bc694fea1c",
      "wiki-Vote/Wiki-Vote.PGB.txt.gz": "5b6c82b5c69881382240b3fb9a3249a858a7835d64cd404df022d38688af527b",
      "grqc/edges.csv.gz": "177bc9468e33439e4536f20561b6064e2ad927275b2f4a1efed6b335eeaa195c",
      "gnutella/edges.csv.gz": "5de5d675100772b45fb10b86bed6b63f17d49c763fa10bcd4d1e18d1249fab57",
    },
  },
  {
    name: "tcpd",
    title: "Turing Change Point Dataset: 16 series, five annotators each",
    home: "https://github.com/alan-turing-institute/TCPD",
    licence: "MIT; each series has its own: CC BY, CC0, OGL, GPL-2 (nile)",
    citation: "van den Burg & Williams 2020, arXiv 2003.06222",
    files: {
      "annotations.json": "f36e6c97ac385a3cca6f1990645fb3b789a9179794a969033e5a52df6a481ceb",
      "series/bank.json.gz": "021a18cbf4705b5d01890369e17f04baf05739e5a44ad9a28d542f8b533f565c",
      "series/businv.json.gz": "4713ab77f0bf7e0ac8ca1ec4f2e23067bd02e790eda468bd105d788af640bd78",
      "series/children_per_woman.json.gz": "e5292507fb79a265ac5b6ff772f39b62be03dec77aab8cc57587093067c06510",
      "series/construction.json.gz": "46b0aa20566e0a772d118ec59efd2b12394212778c61eaf5bd2e1799a9037e61",
      "series/gdp_argentina.json.gz": "9be76edbd33e298c8714a866d221810e4d37c4eea2217e921782acc4da62a873",
      "series/gdp_iran.json.gz": "1b65ba3861d02dcd83363b0bf675b2dc8b3fc404dd368dcfd9b6f9bac7974597",
      "series/global_co2.json.gz": "439ed2f85904d0634f98d88125250884d36085dc998c24f3bdc5521b2442ff95",
      "series/jfk_passengers.json.gz": "25c61212a920864cbd382feb36626e58fa5582016c1ed8fbd6f19c83d7f54b79",
      "series/nile.json.gz": "a99266ac850d796480de840ddd00352a8dd49ab1002aa42c4a754f8aa0386d02",
      "series/quality_control_1.json.gz": "3752fd0c5813d75b7eaefa10010069c446fe57621b32e275abdbb48e8a9ae185",
      "series/quality_control_3.json.gz": "b3f7d425056ce1475fd3ed31223569b129b5ea5295cb02cd9c765352ac51dee4",
      "series/quality_control_5.json.gz": "7a25e60e049ced006fd123a60b62fcdaf7d299e153def13690af5e8464b5bb26",
      "series/run_log.json.gz": "3555a381e7de62b9c022e8886ddc6d0b213980d529f982ad3d1ac96368b45474",
      "series/shanghai_license.json.gz": "85ca74d4881a14ba6eb6d738fc18f3192f96467f532ff096efc6ff0ccce3269d",
      "series/unemployment_nl.json.gz": "806700ed478c1461dd39d4fa3b307efaeb808fa9ff5f2f623a3822eb2c09afac",
      "series/usd_isk.json.gz": "8426b5ed3a9492b337ca58109a25f5c06642c7253034cb34efa6fe2d33c7b106",
    },
  },
  {
    name: "psych-memory",
    title: "Published results on human memory: Ebbinghaus' savings, gaps between learnings",
    home: "https://doi.org/10.1371/journal.pone.0120644",
    licence:
      "Ebbinghaus' table: CC BY 4.0 (Murre & Dros 2015); the other figures are facts, quoted with their papers",
    citation:
      "Ebbinghaus 1885 in Murre & Dros 2015, PLOS ONE 10(7):e0120644; Cepeda et al. 2008, Psychological Science 19(11):1095",
    files: {
      "published/published_results.json": "f9344248d5859c300ef982ecfbb6fc56762e3a8b8584c04fde4ac7c9067cf210",
    },
  },
  {
    name: "benchmark-results",
    title: "Results others published: VectorDBBench (Qdrant Cloud), Memgraph's benchgraph (Neo4j)",
    home: "https://github.com/zilliztech/VectorDBBench",
    licence: "VectorDBBench: MIT; benchgraph: Apache-2.0",
    citation: "zilliztech/VectorDBBench @ 4ea1810; memgraph/benchgraph @ 009bdef",
    files: {
      "memgraph-benchgraph/benchmarks.json.gz":
        "353cb5620b40795b880a5a0d1f46caaee74db165a9fc9a8e733296c57c3c1d96",
      "vectordbbench/QdrantCloud/result_20250602_standard_qdrantcloud.json.gz":
        "aebf63693aa802c3058b647dcf3eb2de50594303438268d893b03bc193fa5799",
    },
  },
  {
    name: "power-law-graph",
    title: "100,000 nodes and 1,000,000 weighted edges with power-law degrees",
    home: "https://en.wikipedia.org/wiki/Scale-free_network",
    licence: "Apache-2.0, generated here",
    citation: "Chung & Lu 2002, Annals of Combinatorics 6:125",
    files: {},
    synthetic: {seed: 20_261_125, recipe: "loaders/datasets/power-law-graph.ts"},
  },
];
