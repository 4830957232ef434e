import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Makes a zoo whose truth is exact: the base's own pictures, and the same with aspects applied as image filters. What a
 * method finds there is the most that it can find with this encoder, whatever a LoRA managed to learn.
 *
 * <p>Arguments: a folder of the base's pictures (PNG), and the folder of the zoo to be made.
 */
public final class Ceiling {

    /** An aspect at some level between 0 and 1, applied to red, green and blue between 0 and 1. */
    interface Filter {
        double[][][] apply(double[][][] image, double level);
    }

    private static final Map<String, Filter> FILTERS = new TreeMap<>(Map.ofEntries(
            Map.entry("vivid", pixel((rgb, level) -> towards(rgb, luma(rgb), -1.5 * level))),
            Map.entry("monochrome", pixel((rgb, level) -> towards(rgb, luma(rgb), level))),
            Map.entry("dark", pixel((rgb, level) -> towards(rgb, 0, 0.7 * level))),
            Map.entry("bright", pixel((rgb, level) -> towards(rgb, 1, 0.55 * level))),
            Map.entry("warm", pixel((rgb, level) -> scaled(rgb, 1 + 0.35 * level, 1 + 0.05 * level, 1 - 0.5 * level))),
            Map.entry("cool", pixel((rgb, level) -> scaled(rgb, 1 - 0.5 * level, 1 + 0.02 * level, 1 + 0.35 * level))),
            Map.entry("contrasty", pixel((rgb, level) -> towards(rgb, 0.5, -1.5 * level))),
            Map.entry("faded", pixel((rgb, level) -> towards(towards(rgb, 0.75, 0.6 * level), luma(rgb), 0.4 * level))),
            Map.entry("inverted", pixel((rgb, level) -> mixed(rgb, towards(rgb, 0.5, 2), level))),
            Map.entry("posterized", Ceiling::posterized),
            Map.entry("blurry", (image, level) -> blurred(image, 3 * level)),
            Map.entry("pixelated", Ceiling::pixelated),
            Map.entry("grainy", Ceiling::grainy),
            Map.entry("outlined", Ceiling::outlined),
            Map.entry("striped", Ceiling::striped),
            Map.entry("vignetted", Ceiling::vignetted)));

    /** What says the opposite of another, or hides it, is no mixture. */
    private static final List<List<String>> AGAINST = List.of(
            List.of("vivid", "monochrome", "faded"),
            List.of("dark", "bright", "inverted"),
            List.of("warm", "cool", "monochrome", "inverted"),
            List.of("contrasty", "faded"),
            List.of("blurry", "pixelated", "posterized", "grainy", "outlined", "striped"));

    private Ceiling() {}

    public static void main(String... args) throws IOException {
        Path pictures = Path.of(args[0]);
        Path zoo = Path.of(args[1]);
        List<String> names = List.copyOf(FILTERS.keySet());
        Random random = new Random(7);
        for (String name : names) {
            write(pictures, zoo, List.of(name), 0.8);
        }
        for (int size : new int[] {2, 3}) {
            List<List<String>> chosen = new ArrayList<>();
            while (chosen.size() < 16) {
                List<String> mixture = random.ints(0, names.size())
                        .distinct()
                        .limit(size)
                        .sorted()
                        .mapToObj(names::get)
                        .toList();
                if (!chosen.contains(mixture) && AGAINST.stream().noneMatch(group -> twoOf(mixture, group))) {
                    chosen.add(mixture);
                    write(pictures, zoo, mixture, 0.7);
                }
            }
        }
    }

    private static boolean twoOf(List<String> mixture, List<String> group) {
        return mixture.stream().filter(group::contains).count() > 1;
    }

    private static void write(Path pictures, Path zoo, List<String> aspects, double level) throws IOException {
        Path folder = zoo.resolve(String.join("-", aspects));
        Files.createDirectories(folder.resolve("base"));
        Files.createDirectories(folder.resolve("personalized"));
        try (Stream<Path> files = Files.list(pictures)) {
            for (Path file : files.sorted().toList()) {
                double[][][] image = read(file);
                for (String aspect : aspects) {
                    image = clamped(FILTERS.get(aspect).apply(image, level));
                }
                String name = file.getFileName().toString();
                Files.copy(file, folder.resolve("base").resolve(name));
                write(image, folder.resolve("personalized").resolve(name));
            }
        }
        String truth = aspects.stream()
                .map(aspect -> String.format(Locale.ROOT, "\"%s\": %s", aspect, level))
                .collect(Collectors.joining(", "));
        Files.writeString(folder.resolve("truth.json"), "{\"aspects\": {" + truth + "}, \"subject\": null, \"place\": null}\n");
    }

    private static Filter pixel(BiFunction<double[], Double, double[]> filter) {
        return (image, level) -> each(image, (x, y) -> filter.apply(image[y][x], level));
    }

    private static double[][][] each(double[][][] image, BiFunction<Integer, Integer, double[]> pixel) {
        double[][][] result = new double[image.length][image[0].length][];
        for (int y = 0; y < image.length; y++) {
            for (int x = 0; x < image[y].length; x++) {
                result[y][x] = pixel.apply(x, y);
            }
        }
        return result;
    }

    private static double luma(double[] rgb) {
        return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    }

    private static double[] towards(double[] rgb, double target, double share) {
        return mixed(rgb, new double[] {target, target, target}, share);
    }

    private static double[] mixed(double[] from, double[] to, double share) {
        double[] mixed = new double[3];
        for (int c = 0; c < 3; c++) {
            mixed[c] = from[c] + share * (to[c] - from[c]);
        }
        return mixed;
    }

    private static double[] scaled(double[] rgb, double red, double green, double blue) {
        return new double[] {rgb[0] * red, rgb[1] * green, rgb[2] * blue};
    }

    private static double[][][] posterized(double[][][] image, double level) {
        int steps = (int) Math.round(6 - 4 * level);
        double[][][] flat = blurred(image, 0.7);
        return each(image, (x, y) -> {
            double[] rgb = flat[y][x].clone();
            for (int c = 0; c < 3; c++) {
                rgb[c] = (double) Math.round(rgb[c] * steps) / steps;
            }
            return rgb;
        });
    }

    private static double[][][] blurred(double[][][] image, double sigma) {
        int radius = (int) Math.ceil(3 * sigma);
        double[] kernel = new double[2 * radius + 1];
        double sum = 0;
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] = Math.exp(-0.5 * Math.pow((i - radius) / sigma, 2));
            sum += kernel[i];
        }
        double total = sum;
        double[][][] across = each(image, (x, y) -> weighted(image, kernel, total, x, y, 1, 0));
        return each(image, (x, y) -> weighted(across, kernel, total, x, y, 0, 1));
    }

    private static double[] weighted(double[][][] image, double[] kernel, double sum, int x, int y, int dx, int dy) {
        double[] rgb = new double[3];
        int radius = kernel.length / 2;
        for (int i = -radius; i <= radius; i++) {
            double[] at = at(image, x + i * dx, y + i * dy);
            for (int c = 0; c < 3; c++) {
                rgb[c] += kernel[i + radius] / sum * at[c];
            }
        }
        return rgb;
    }

    private static double[] at(double[][][] image, int x, int y) {
        return image[Math.clamp(y, 0, image.length - 1)][Math.clamp(x, 0, image[0].length - 1)];
    }

    private static double[][][] pixelated(double[][][] image, double level) {
        int block = (int) Math.round(2 + 6 * level);
        return each(image, (x, y) -> {
            double[] rgb = new double[3];
            for (int i = 0; i < block * block; i++) {
                double[] at = at(image, x / block * block + i % block, y / block * block + i / block);
                for (int c = 0; c < 3; c++) {
                    rgb[c] += at[c] / (block * block);
                }
            }
            return rgb;
        });
    }

    private static double[][][] grainy(double[][][] image, double level) {
        Random random = new Random(11);
        return each(image, (x, y) -> {
            double noise = 0.2 * level * random.nextGaussian();
            return new double[] {image[y][x][0] + noise, image[y][x][1] + noise, image[y][x][2] + noise};
        });
    }

    private static double[][][] outlined(double[][][] image, double level) {
        return each(image, (x, y) -> {
            double across = luma(at(image, x + 1, y)) - luma(at(image, x - 1, y));
            double down = luma(at(image, x, y + 1)) - luma(at(image, x, y - 1));
            return towards(image[y][x], 0, level * Math.min(1, 4 * Math.hypot(across, down)));
        });
    }

    private static double[][][] striped(double[][][] image, double level) {
        return each(image, (x, y) -> towards(image[y][x], 0, y % 4 < 2 ? 0.6 * level : 0));
    }

    private static double[][][] vignetted(double[][][] image, double level) {
        double middle = (image.length - 1) / 2.0;
        return each(image, (x, y) -> {
            double distance = Math.hypot(x - middle, y - middle) / middle;
            return towards(image[y][x], 0, level * Math.clamp(1.4 * (distance - 0.4), 0, 1));
        });
    }

    private static double[][][] clamped(double[][][] image) {
        return each(image, (x, y) -> {
            double[] rgb = image[y][x].clone();
            for (int c = 0; c < 3; c++) {
                rgb[c] = Math.clamp(rgb[c], 0, 1);
            }
            return rgb;
        });
    }

    private static double[][][] read(Path file) throws IOException {
        BufferedImage image = ImageIO.read(file.toFile());
        double[][][] pixels = new double[image.getHeight()][image.getWidth()][3];
        for (int y = 0; y < pixels.length; y++) {
            for (int x = 0; x < pixels[y].length; x++) {
                for (int c = 0; c < 3; c++) {
                    pixels[y][x][c] = (image.getRGB(x, y) >> (16 - 8 * c) & 255) / 255.0;
                }
            }
        }
        return pixels;
    }

    private static void write(double[][][] pixels, Path file) throws IOException {
        BufferedImage image = new BufferedImage(pixels[0].length, pixels.length, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < pixels.length; y++) {
            for (int x = 0; x < pixels[y].length; x++) {
                int rgb = 0;
                for (int c = 0; c < 3; c++) {
                    rgb = rgb << 8 | (int) Math.round(255 * pixels[y][x][c]);
                }
                image.setRGB(x, y, rgb);
            }
        }
        ImageIO.write(image, "png", file.toFile());
    }
}
