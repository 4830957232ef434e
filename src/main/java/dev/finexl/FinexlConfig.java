package dev.finexl;

import dev.finexl.account.Access.Mode;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** All settings of the program, below {@code finexl}. */
@ConfigMapping(prefix = "finexl")
interface FinexlConfig {

    /**
     * The program's own, which nobody sets. It is here because Quarkus hides what is fixed when it is built for a moment of every start,
     * to see whether somebody has set it otherwise, and whoever looks for it just then finds nothing; this is read before.
     */
    @WithDefault("${quarkus.application.version}")
    String programVersion();

    /** Whether callers of the HTTP face need a key: {@code auto}, {@code keys} or {@code open}. */
    @WithDefault("auto")
    Mode access();

    /** Whose tokens are taken besides keys. */
    Oidc oidc();

    /** Where models are found. */
    Models models();

    /** What each tenant has for himself. */
    Tenants tenants();

    /** What explanations are sold for. */
    Tariff tariff();

    /** What each tenant may ask for of whom nothing else is said. */
    Quota quota();

    /** Object storage from which models are read. */
    Storage storage();

    /** Where results are kept. */
    Results results();

    /** What is audited when it is uploaded. */
    Audits audits();

    /** How ONNX Runtime runs. */
    Onnx onnx();

    /** How pictures are sampled. */
    Sampling sampling();

    /** Limits of the HTTP face. */
    Http http();

    /** The queue of explanations that are asked for now and fetched later. */
    Jobs jobs();

    /** What has been worked out before. */
    Cache cache();

    /** What explanations of models have shown, to choose from. */
    Index index();

    /** The vision-language model that proposes concepts. */
    Proposer proposer();

    /** Whose tokens are taken besides keys. */
    interface Oidc {

        /** Address of an OpenID Connect issuer, as its tokens name it; absent for keys alone. */
        Optional<URI> issuer();

        /** For whom tokens have to be meant, one or several. */
        Optional<Set<String>> audience();

        /** The claim with the tenant: its name, or the JSON pointer of one inside another. */
        @WithDefault("tenant")
        String tenantClaim();

        /** The claim with the scopes, likewise. */
        @WithDefault("scope")
        String scopeClaim();

        /** With which this service's scopes begin there; empty for nothing. */
        @WithDefault("finexl:")
        Optional<String> scopePrefix();
    }

    /** Where models are found. */
    interface Models {

        /** Folders in which models may be read; none leaves the bundled models. */
        Optional<List<Path>> roots();

        /** Reference of the encoder for a base whose finexl.json names none. */
        Optional<String> encoder();

        /** Folder of concept directions that `prime` measured on the models' own pictures. */
        Optional<Path> directions();

        /** Folder in which the hashes of large model files stay; empty to read such files at every start. */
        @WithDefault("${user.home}/.cache/finexl-hashes")
        Optional<Path> hashes();

        /** What open models may take: what is not in use is closed beyond that, the least recently used first. */
        @WithDefault("4G")
        MemorySize memory();

        /** Models that stay open once they are, as requests refer to them. */
        Optional<List<String>> pinned();

        /** Bases that are opened, and draw, before the program is ready; none for a start without models. */
        @WithDefault("classpath:mini-diffusion")
        Optional<List<String>> warm();
    }

    /** What each tenant may ask for of whom nothing else is said; absent for no limit. */
    interface Quota {

        /** Requests for explanations in a minute, in each process. */
        OptionalLong requests();

        /** Explanations that wait or run at the same time. */
        OptionalLong concurrent();

        /** Pictures that are drawn in a day of UTC. */
        OptionalLong images();

        /** Evaluations of the denoiser in a day of UTC. */
        OptionalLong evaluations();
    }

    /** What explanations are sold for; nothing, unless it is said. Without a default, since a start waits for the first decimal number. */
    interface Tariff {

        /** For each that is made. */
        Optional<BigDecimal> explanation();

        /** For each picture that is drawn. */
        Optional<BigDecimal> image();

        /** For a million evaluations of the denoiser. */
        Optional<BigDecimal> evaluations();

        /** For an explanation that had been made before, in place of all of that. */
        Optional<BigDecimal> cached();

        /** Three letters of ISO 4217. */
        @WithDefault("EUR")
        String currency();
    }

    /** What each tenant has for himself. */
    interface Tenants {

        /** Folder with a folder for each tenant, by his name, of models that he alone may name. */
        Optional<Path> models();

        /** {@code s3://bucket/prefix} with the same below it. */
        Optional<String> storage();

        /** Disk that the uploads of one of them may take together, until they are explained. */
        @WithDefault("1G")
        MemorySize uploads();
    }

    /** Object storage from which models are read, and the cache of what was read. */
    interface Storage {

        /** Address of a server that speaks S3's protocol, e.g. {@code http://localhost:9000}; absent for AWS. */
        Optional<URI> endpoint();

        /** Region; absent for that of the AWS SDK's default chain. */
        Optional<String> region();

        /** Whether the bucket is the first part of the path, as MinIO and the like want it, not of the host name. */
        @WithDefault("false")
        boolean pathStyle();

        /** What may be read, {@code s3://bucket/prefix} with all that is below it; absent for nothing. */
        Optional<List<String>> allowed();

        /** Folder in which downloaded objects stay, shared by all processes that name it. */
        @WithDefault("${user.home}/.cache/finexl")
        Path cache();

        /** Most disk that the cache may take, e.g. {@code 20G}. */
        @WithDefault("20G")
        MemorySize budget();

        /** Most requests of one download at the same time. */
        @WithDefault("8")
        int parallel();

        /** Bytes of one request, e.g. {@code 16M}. */
        @WithDefault("16M")
        MemorySize partSize();

        /** Further attempts where the storage is busy or does not answer. */
        @WithDefault("4")
        int retries();
    }

    /** Where results are kept. */
    interface Results {

        /** A directory or {@code s3://bucket/prefix}; absent for nowhere. */
        Optional<String> location();
    }

    /** What is audited when it is uploaded. */
    interface Audits {

        /** Folders in object storage below which an upload asks for an audit, {@code s3://bucket/prefix}; absent for none. */
        Optional<List<String>> watched();

        /** The fields that audits have in common, as the JSON of a request; at least the base of LoRAs. */
        @WithDefault("{}")
        String request();

        /** How long a worker may be silent before another takes over. */
        @WithDefault("60s")
        Duration lease();

        /** What is kept of an invocation's time for writing the result. */
        @WithDefault("10s")
        Duration margin();

        /** Whether the reports of audits show the pictures, which have to be drawn for that on both sides. */
        @WithDefault("false")
        boolean pictures();

        /** Where it is remembered what is done. */
        Records records();

        /** Where it is remembered what is done. */
        interface Records {

            /** A directory on a local disk, or {@code dynamodb:TABLE} for workers of several machines. */
            @WithDefault("${user.home}/.cache/finexl/records")
            String location();

            /** Address of a server that speaks DynamoDB's protocol; absent for AWS. */
            Optional<URI> endpoint();

            /** Region of the table; absent for that of the AWS SDK's default chain. */
            Optional<String> region();

            /** How long a record stays in the table after its last step, by the table's TTL. */
            @WithDefault("30d")
            Duration keep();
        }
    }

    /** How ONNX Runtime runs. */
    interface Onnx {

        /** {@code auto}, {@code cpu} or {@code cuda}. */
        @WithDefault("auto")
        String provider();

        /** Number of the CUDA device. */
        @WithDefault("0")
        int cudaDevice();

        /** Most bytes that a CUDA session's arena may take; 0 for no limit. */
        @WithDefault("0")
        long cudaMemoryLimit();

        /** Threads that all sessions share; 0 for one for each processor. */
        @WithDefault("0")
        int threads();

        /** Domains of operators that models may use besides ONNX's, {@code ai.onnx.ml}'s and {@code com.microsoft}'s. */
        Optional<Set<String>> domains();

        /** Folder in which graphs stay once ONNX Runtime has optimised them; empty to optimise them at every start. */
        @WithDefault("${user.home}/.cache/finexl-graphs")
        Optional<Path> graphs();

        /** Most bytes of that folder. */
        @WithDefault("8G")
        MemorySize graphsBudget();

        /** Folder in which ONNX Runtime's native libraries stay once they are unpacked; empty to unpack them at every start. */
        @WithDefault("${user.home}/.cache/finexl-libraries")
        Optional<Path> libraries();
    }

    /** How pictures are sampled. */
    interface Sampling {

        /** Most pictures that are sampled together. */
        @WithDefault("16")
        int batch();

        /** Memory that those may take while the denoiser runs; half of the machine's, or of the container's, unless given. */
        Optional<MemorySize> memory();
    }

    /** Memory of pictures, what was measured of them, concept directions and explanations. */
    interface Cache {

        /** Directory, or {@code s3://bucket/prefix}; empty for none. */
        @WithDefault("${user.home}/.cache/finexl-answers")
        Optional<String> location();

        /** Most bytes in a directory; a place in object storage has a life cycle of its own. */
        @WithDefault("2G")
        MemorySize budget();

        /** Most bytes of the pictures themselves, in a directory of their own beside it; 0 for none. */
        @WithDefault("2G")
        MemorySize pictures();

        /** Explanations that are also kept in memory. */
        @WithDefault("256")
        int recent();
    }

    /** What explanations of models have shown, to choose from. */
    interface Index {

        /** Directory on a local disk that several processes may share; empty for none. */
        @WithDefault("${user.home}/.cache/finexl-index")
        Optional<Path> location();
    }

    /** Limits of the HTTP face. */
    interface Http {

        /** Explanations that run at the same time. */
        @WithDefault("1")
        int concurrent();

        /** Requests that may wait for their turn; those beyond it are told to come back. */
        @WithDefault("16")
        int waiting();

        /** Most bytes of all pictures of one upload together, and of the body that they come in. */
        long uploadBytes();

        /** Sites whose scripts may read answers, {@code https://app.example}; absent for none. */
        Optional<List<String>> origins();

        /** Time that what runs has to end by itself when the program is told to end. */
        @WithDefault("20s")
        Duration shutdown();
    }

    /** The queue of explanations that are asked for now and fetched later. */
    interface Jobs {

        /** Where the embedded database and uploaded pictures are. */
        @WithDefault("${user.home}/.local/share/finexl")
        Path directory();

        /** JDBC URL of a PostgreSQL or H2 database; absent for an embedded one in {@link #directory}. */
        Optional<String> url();

        /** Name to log in to the database with. */
        Optional<String> user();

        /** Password to log in to the database with. */
        Optional<String> password();

        /** Disk that uploads may take together, on their way in and until they are explained. */
        @WithDefault("4G")
        MemorySize uploads();

        /** Disk that the pictures of ended jobs may take together. */
        @WithDefault("2G")
        MemorySize pictures();

        /** Jobs that may wait for their turn; those beyond it are told to come back. */
        @WithDefault("100")
        int queued();

        /** In which a job has to begin, as fast as others went lately, to be accepted; those beyond it are told to come back. */
        @WithDefault("1h")
        Duration longestWait();

        /** How long after a process was last heard of another takes over its jobs. */
        @WithDefault("30s")
        Duration lease();

        /** Times that a job may lose its process before it fails. */
        @WithDefault("3")
        int losses();

        /** How long the results of ended jobs are kept. */
        @WithDefault("7d")
        Duration retention();
    }

    /** The vision-language model that proposes concepts. */
    interface Proposer {

        /** Base of an OpenAI-compatible API, e.g. {@code https://api.openai.com/v1}; absent for no proposer. */
        Optional<URI> baseUrl();

        /** Name of the model there. */
        Optional<String> model();

        /** Bearer token; absent for a server that asks for none. */
        Optional<String> apiKey();

        /** Time for one answer, to its last byte. */
        @WithDefault("30s")
        Duration timeout();

        /** Further attempts where a server is busy or does not answer. */
        @WithDefault("1")
        int retries();

        /** Most tokens of one answer. */
        @WithDefault("300")
        int maxTokens();

        /** Pairs of pictures that it looks at. */
        @WithDefault("4")
        int pairs();

        /** Concepts that it may add. */
        @WithDefault("8")
        int proposals();

        /** Seed that is sent; absent for none, since some servers refuse the field. */
        Optional<Integer> seed();

        /** Price of a million input tokens. */
        Optional<Double> priceIn();

        /** Price of a million output tokens, in the same currency. */
        Optional<Double> priceOut();

        /** What one explanation may cost at most; needs both prices. */
        Optional<Double> maxCost();
    }
}
