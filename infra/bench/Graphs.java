import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.UsualShapes;
import dev.finexl.store.Catalogue;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Prints how long it takes to open models whose graphs ONNX Runtime optimises anew, and whose graphs are kept as it has optimised
 * them ({@code FINEXL_ONNX_GRAPHS}): the miniature, and a UNet of Stable Diffusion 1.5's structure and size with random weights. Both
 * are opened as the program does, in turn; what is optimised is also once written, which only the first opening pays.
 * Every number is a median; compare only numbers of the same run.
 */
final class Graphs {

    private static final long BUDGET = 64L << 30;

    private final int rounds;
    private final Path work;
    private final List<String> lines = new ArrayList<>();

    private Graphs(int rounds, Path work) {
        this.rounds = rounds;
        this.work = work;
    }

    /** @param args ROUNDS and a file for the numbers as JSON */
    public static void main(String[] args) throws Exception {
        Path work = Files.createTempDirectory("finexl-graphs-");
        try {
            Graphs graphs = new Graphs(Integer.parseInt(args[0]), work);
            System.out.printf(
                    Locale.ROOT,
                    "%-28s %8s %10s %14s %8s %7s%n",
                    "", "hashes", "optimised", "and written", "kept", "ratio");
            graphs.measure("miniature", miniature());
            long start = System.nanoTime();
            StableDiffusionUnet.write(work.resolve("unet"));
            System.err.printf(Locale.ROOT, "UNet written in %.0f s%n", (System.nanoTime() - start) / 1e9);
            graphs.measure(
                    "Stable Diffusion 1.5's UNet",
                    List.of(new Model(new DirectoryFiles("unet", work.resolve("unet")), "model.onnx", true)));
            Files.writeString(
                    Path.of(args[1]), graphs.lines.stream().collect(Collectors.joining(",\n", "{\n", "\n}\n")));
        } finally {
            Service.remove(work);
        }
    }

    /** A file with a graph; the program feeds the weights of linear layers to those that LoRAs may change. */
    private record Model(ModelFiles files, String name, boolean personalizable) {

        OnnxSession open(OnnxRuntime runtime) {
            return personalizable ? runtime.openPersonalizable(files, name, UsualShapes.NONE) : runtime.open(files, name);
        }
    }

    private static List<Model> miniature() {
        Catalogue catalogue = new Catalogue(List.of());
        ModelFiles diffusion = catalogue.find("classpath:mini-diffusion").files();
        ModelFiles clip = catalogue.find("classpath:mini-clip").files();
        return List.of(
                new Model(diffusion, "text_encoder/model.onnx", true),
                new Model(diffusion, "unet/model.onnx", true),
                new Model(diffusion, "vae_decoder/model.onnx", false),
                new Model(clip, "onnx/vision_model.onnx", false),
                new Model(clip, "onnx/text_model.onnx", false));
    }

    private void measure(String what, List<Model> models) throws IOException {
        long start = System.nanoTime();
        for (Model model : models) {
            model.files().sha256(model.name());
            if (model.files().has(model.name() + "_data")) {
                model.files().sha256(model.name() + "_data");
            }
        }
        double hashes = (System.nanoTime() - start) / 1e9;
        OnnxRuntime plain = new OnnxRuntime(OnnxSettings.cpu());
        open(plain, models);
        List<Double> optimised = new ArrayList<>();
        List<Double> written = new ArrayList<>();
        List<Double> kept = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            optimised.add(open(plain, models));
            Path folder = work.resolve("graphs");
            OnnxRuntime keeping =
                    new OnnxRuntime(OnnxSettings.cpu().keeping(new OnnxSettings.Graphs(folder, BUDGET)));
            written.add(open(keeping, models));
            kept.add(open(keeping, models));
            Service.remove(folder);
        }
        double anew = Median.of(optimised.stream().mapToDouble(Double::doubleValue));
        double again = Median.of(kept.stream().mapToDouble(Double::doubleValue));
        System.out.printf(
                Locale.ROOT,
                "%-28s %6.2f s %8.2f s %12.2f s %6.2f s %7.2f%n",
                what,
                hashes,
                anew,
                Median.of(written.stream().mapToDouble(Double::doubleValue)),
                again,
                again / anew);
        lines.add(String.format(
                Locale.ROOT,
                "  \"%s\": {\"hashes\": %.3f, \"optimised\": %.3f, \"written\": %.3f, \"kept\": %.3f}",
                what,
                hashes,
                anew,
                Median.of(written.stream().mapToDouble(Double::doubleValue)),
                again));
    }

    /** Seconds until all are open, one after the other. */
    private static double open(OnnxRuntime runtime, List<Model> models) {
        List<OnnxSession> sessions = new ArrayList<>();
        long start = System.nanoTime();
        try {
            for (Model model : models) {
                sessions.add(model.open(runtime));
            }
            return (System.nanoTime() - start) / 1e9;
        } finally {
            sessions.forEach(OnnxSession::close);
        }
    }
}
