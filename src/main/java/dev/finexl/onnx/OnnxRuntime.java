package dev.finexl.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Exists so that one place, and no other, decides how ONNX Runtime runs here: the environment with its one pool of
 * threads, and the execution provider of every session.
 *
 * <p>ONNX Runtime has one environment for each process, and its thread pool is fixed when it is first made. All
 * sessions share that pool ({@code disablePerSessionThreads}), so that many sessions do not fight for the processors.
 *
 * <p>A model is in memory once, however often it is opened: a fine-tune has its base's text encoder, a generator the encoder
 * that also judges its pictures. What has the same content has one session, until the last of those who opened it closes it.
 */
public final class OnnxRuntime {

    /** Bytes, of which only those are taken that are used: enough for the longest command line that Linux allows by default. */
    private static final long STACK = 512L << 20;

    private final OrtEnvironment environment;
    private final OnnxSettings settings;
    private final Provider provider;
    private final int threads;
    private final SessionOpener opener;
    /** By {@link #content}. */
    private final SharedModels<String, OnnxSession> opened = new SharedModels<>(-1, content -> false);

    /** The execution provider in use. */
    public enum Provider {
        CPU,
        CUDA
    }

    /**
     * @throws OnnxException if CUDA is asked for and this build or this machine cannot give it, with what is missing
     */
    public OnnxRuntime(OnnxSettings settings) {
        this.settings = settings;
        this.threads = settings.threads() > 0
                ? settings.threads()
                : Runtime.getRuntime().availableProcessors();
        this.environment = environment(threads);
        this.provider = resolve(settings);
        this.opener = new SessionOpener(
                this, provider == Provider.CPU ? settings.graphs().map(OptimizedGraphs::new) : Optional.empty());
    }

    /** The execution provider that every session of this runtime uses. */
    public Provider provider() {
        return provider;
    }

    /** The provider with its device, as shown in health and in explanations: {@code cpu} or {@code cuda:0}. */
    public String providerName() {
        return switch (provider) {
            case CPU -> "cpu";
            case CUDA -> "cuda:" + settings.cudaDevice();
        };
    }

    /** The version of ONNX Runtime, e.g. {@code 1.29.0}. */
    public String version() {
        return environment.getVersion();
    }

    /** The threads of the pool that all sessions share. */
    public int threads() {
        return threads;
    }

    /**
     * Opens a model that is used as it is.
     *
     * @param name the ONNX file, e.g. {@code unet/model.onnx}
     * @throws ModelFileException if the file is missing or refused
     * @throws OnnxException if ONNX Runtime refuses the model
     */
    public OnnxSession open(ModelFiles files, String name) {
        return shared(files, name, false, UsualShapes.NONE);
    }

    /**
     * Opens a model of which {@link #personalize} will be asked: on the CPU the weights of its linear layers are not in the
     * session but fed to every run, so that the personalised models can share it. On CUDA each of them would travel to the
     * device at every run; there a session holds all its weights.
     *
     * @param name the ONNX file, e.g. {@code unet/model.onnx}
     * @param usual the shapes of nearly all its runs
     * @throws ModelFileException if the file is missing or refused
     * @throws OnnxException if ONNX Runtime refuses the model
     */
    public OnnxSession openPersonalizable(ModelFiles files, String name, UsualShapes usual) {
        return shared(files, name, provider == Provider.CPU, usual);
    }

    private OnnxSession shared(ModelFiles files, String name, boolean personalizable, UsualShapes usual) {
        try {
            OnnxGraph graph = admitted(files, name);
            return OnnxSession.sharing(
                    graph,
                    opened.acquire(content(graph, personalizable, usual), () -> open(graph, personalizable, usual)));
        } catch (IOException e) {
            throw unreadable(files, name, e);
        }
    }

    /**
     * What a session is made of: the hashes of the ONNX file and of those with its weights, whether the weights of linear layers are fed
     * to it, and the shapes that it is opened for.
     */
    private static String content(OnnxGraph graph, boolean personalizable, UsualShapes usual) throws IOException {
        List<String> parts = graph.sha256();
        parts.add(personalizable ? "personalizable" : "as it is");
        parts.addAll(usual.words());
        return String.join(" ", parts);
    }

    private OnnxSession open(OnnxGraph graph, boolean personalizable, UsualShapes usual) {
        try {
            WeightBuffers none = WeightBuffers.none(graph);
            Set<String> fed = personalizable ? LinearWeights.of(graph) : Set.of();
            return opener.open(none, FedWeights.of(this, none.withOriginals(fed)), usual);
        } catch (IOException e) {
            throw unreadable(graph.files(), graph.name(), e);
        }
    }

    /**
     * A model with some of its weights replaced. Where it is fed all of these, it runs on the same session of ONNX Runtime,
     * and nothing exists twice. Else, as for the weights of convolutions, it gets a session of its own, which has a copy of
     * all weights that are not fed. Either way it must be closed before the base is.
     *
     * @param replacements by initializer of the base's graph; direct, of native byte order, with as many bytes remaining as
     *     the initializer has. They must not be written to any more
     * @throws IllegalArgumentException for a buffer that is not so, or a name that is no initializer of the graph
     * @throws OnnxException if ONNX Runtime refuses the model
     */
    public OnnxSession personalize(OnnxSession base, Map<String, ByteBuffer> replacements) {
        return personalize(base, replacements, Map.of());
    }

    /**
     * The same where some weights also get further rows, as a table of token embeddings does for new tokens. With these the
     * model always has a session of its own.
     *
     * @param longer by initializer, none of them in {@code replacements} or fed; direct, of native byte order, a whole number of
     *     rows, more than the initializer has
     */
    public OnnxSession personalize(
            OnnxSession base, Map<String, ByteBuffer> replacements, Map<String, ByteBuffer> longer) {
        Map<String, ByteBuffer> toFeed = new LinkedHashMap<>(replacements);
        toFeed.keySet().retainAll(base.fed().names());
        Map<String, ByteBuffer> toGive = new LinkedHashMap<>(replacements);
        toGive.keySet().removeAll(base.fed().names());
        WeightBuffers given = base.given().with(toGive).grown(longer);
        FedWeights fed = base.fed().with(this, WeightBuffers.none(base.graph()).with(toFeed));
        if (toGive.isEmpty() && longer.isEmpty()) {
            return base.with(fed);
        }
        try {
            return opener.open(given, fed, base.usual());
        } catch (IOException e) {
            throw unreadable(base.graph().files(), base.graph().name(), e);
        }
    }

    /**
     * The graph of a file that may reach native code: checked from the first byte to the last, and with no operators but
     * those that are allowed. Every session is made of such a graph, by the {@link SessionOpener}.
     */
    private OnnxGraph admitted(ModelFiles files, String name) throws IOException {
        OnnxGraph graph = OnnxGraph.read(files, name);
        Set<String> allowed = settings.allowedDomains();
        for (Map.Entry<String, String> domain : graph.domains().entrySet()) {
            if (!allowed.contains(domain.getKey())) {
                throw new ModelFileException(
                        files,
                        name,
                        "is not a model that can be used: %s is of the domain '%s'; expected ONNX's own operators or those of %s"
                                .formatted(
                                        domain.getValue(),
                                        domain.getKey(),
                                        String.join(
                                                ", ",
                                                allowed.stream()
                                                        .filter(one -> !one.isEmpty())
                                                        .toList())));
            }
        }
        return graph;
    }

    private static ModelFileException unreadable(ModelFiles files, String name, IOException e) {
        return new ModelFileException(files, name, "cannot be read: " + e.getMessage(), e);
    }

    OrtEnvironment environment() {
        return environment;
    }

    /** Fresh options with everything that all sessions have in common. The caller closes them. */
    SessionOptions sessionOptions() throws OrtException {
        SessionOptions options = new SessionOptions();
        try {
            options.disablePerSessionThreads();
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            if (provider == Provider.CUDA) {
                configureCuda(options);
            }
            return options;
        } catch (OrtException | RuntimeException e) {
            options.close();
            throw e;
        }
    }

    private void configureCuda(SessionOptions options) throws OrtException {
        // Sessions are handed from thread to thread, for which ONNX Runtime asks that memory patterns be off on CUDA.
        options.setMemoryPatternOptimization(false);
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(settings.cudaDevice())) {
            cuda.add("arena_extend_strategy", "kSameAsRequested");
            cuda.add("cudnn_conv_algo_search", "HEURISTIC");
            // TensorFloat-32 rounds the products to 10 bits: pictures would differ visibly from the reference ones.
            cuda.add("use_tf32", "0");
            if (settings.cudaMemoryLimit() > 0) {
                cuda.add("gpu_mem_limit", Long.toString(settings.cudaMemoryLimit()));
            }
            options.addCUDA(cuda);
        }
    }

    /**
     * ONNX Runtime 1.29 searches the process's command line with a regular expression that goes one call deeper for every character: with
     * some 4000, as of a long class path or many prompts, that is more than a thread's stack holds, and the end of the process.
     */
    private static OrtEnvironment environment(int threads) {
        FutureTask<OrtEnvironment> making = new FutureTask<>(() -> makeEnvironment(threads));
        Thread thread = new Thread(null, making, "onnxruntime", STACK);
        thread.setDaemon(true);
        thread.start();
        try {
            return making.get();
        } catch (ExecutionException e) {
            throw new OnnxException(
                    "ONNX Runtime could not be started: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OnnxException("the start of ONNX Runtime was interrupted", e);
        }
    }

    private static OrtEnvironment makeEnvironment(int threads) throws OrtException {
        try (OrtEnvironment.ThreadingOptions pool = new OrtEnvironment.ThreadingOptions()) {
            pool.setGlobalIntraOpNumThreads(threads);
            pool.setGlobalInterOpNumThreads(1);
            return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "finexl", pool);
        } catch (IllegalStateException alreadyMade) {
            // Another runtime of this process came first; its pool stays, as ONNX Runtime has only one.
            return OrtEnvironment.getEnvironment();
        }
    }

    private static Provider resolve(OnnxSettings settings) {
        if (settings.provider() == ProviderChoice.CPU) {
            return Provider.CPU;
        }
        String obstacle = cudaObstacle(settings.cudaDevice());
        if (obstacle == null) {
            return Provider.CUDA;
        }
        if (settings.provider() == ProviderChoice.CUDA) {
            throw new OnnxException("execution provider 'cuda' was asked for but cannot be used: " + obstacle);
        }
        return Provider.CPU;
    }

    /** What stands in the way of CUDA, or null if nothing does. The only sure test is to try it. */
    private static String cudaObstacle(int device) {
        if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
            return "this build holds the CPU version of ONNX Runtime; build with -Pgpu for CUDA";
        }
        try (SessionOptions options = new SessionOptions();
                OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device)) {
            options.addCUDA(cuda);
            return null;
        } catch (OrtException e) {
            return e.getMessage();
        }
    }
}
