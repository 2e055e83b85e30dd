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
];
