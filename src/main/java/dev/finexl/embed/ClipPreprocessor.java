package dev.finexl.embed;

import dev.finexl.onnx.Tensor;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Makes of a picture the {@code pixel_values} of a CLIP image encoder, as transformers' {@code CLIPImageProcessor} does
 * with Pillow: resize, crop the middle, scale, normalise.
 *
 * <p>The steps and their numbers come from the model's {@code preprocessor_config.json}. The picture before scaling is
 * equal to Pillow's to the bit. Immutable but for a remembered table, and thread-safe.
 */
public final class ClipPreprocessor {

    /** The file that says how to preprocess. */
    static final String FILE = "preprocessor_config.json";

    private static final int LEVELS = 256;

    private final PreprocessorConfig config;
    private final Size size;
    private final float[][] values;

    /** The pictures of one explanation mostly have one size; its coefficients are computed once. */
    private volatile Plan last;

    private ClipPreprocessor(PreprocessorConfig config, Size size) {
        this.config = config;
        this.size = size;
        this.values = new float[3][LEVELS];
        for (int c = 0; c < 3; c++) {
            for (int level = 0; level < LEVELS; level++) {
                float scaled = (float) (level * config.scale());
                values[c][level] = (scaled - config.mean()[c]) / config.deviation()[c];
            }
        }
    }

    /**
     * Reads {@code preprocessor_config.json}.
     *
     * @throws ModelFileException if the file is missing, malformed, or asks for something that is not supported, among
     *     it that pictures come out in sizes of their own, which no batch can hold
     */
    public static ClipPreprocessor open(ModelFiles files) {
        PreprocessorConfig config = PreprocessorConfig.read(files, FILE);
        if (config.crop().isPresent()) {
            return new ClipPreprocessor(config, config.crop().get());
        }
        if (config.resize().orElse(null) instanceof PreprocessorConfig.Exact exact) {
            return new ClipPreprocessor(config, exact.size());
        }
        throw new ModelFileException(
                files, FILE, "has neither 'do_center_crop' nor a 'size' of {height, width}: no size is fixed");
    }

    /** The width of what the encoder gets, in pixels. */
    public int width() {
        return size.width();
    }

    /** The height of what the encoder gets, in pixels. */
    public int height() {
        return size.height();
    }

    /** How many numbers one picture becomes: {@code 3 × height × width}. */
    public int length() {
        return 3 * size.width() * size.height();
    }

    /** The picture as the encoder sees it: resized and cropped, before its samples are scaled. */
    public RgbImage crop(RgbImage image) {
        Plan plan = last;
        if (plan == null || !plan.resampler().fits(image)) {
            plan = plan(Size.of(image));
            last = plan;
        }
        return plan.apply(image);
    }

    /**
     * Writes a picture's {@code pixel_values}: {@code [3, height, width]}.
     *
     * @param target has room for {@link #length()} numbers from the offset on
     */
    public void preprocess(RgbImage image, float[] target, int offset) {
        byte[] rgb = crop(image).rgb();
        int plane = rgb.length / 3;
        for (int c = 0; c < 3; c++) {
            float[] table = values[c];
            for (int i = 0; i < plane; i++) {
                target[offset + c * plane + i] = table[rgb[3 * i + c] & 0xFF];
            }
        }
    }

    /**
     * Writes a picture's {@code pixel_values}: {@code [3, height, width]}.
     *
     * @param target has room for {@link #length()} numbers from the absolute offset on; its position does not count
     */
    public void preprocess(RgbImage image, FloatBuffer target, int offset) {
        float[] pixels = new float[length()];
        preprocess(image, pixels, 0);
        target.put(offset, pixels);
    }

    /**
     * Writes the {@code pixel_values} of a batch.
     *
     * @param target a tensor of {@code [images, 3, height, width]}
     */
    void preprocess(List<RgbImage> images, Tensor target) {
        float[] pixels = new float[length()];
        for (int i = 0; i < images.size(); i++) {
            preprocess(images.get(i), pixels, 0);
            target.putFloats(i * pixels.length, pixels, 0, pixels.length);
        }
    }

    private Plan plan(Size from) {
        Size to = resized(from);
        // Rounded down also where it is negative, as Python's // does: a picture smaller than the window gets the odd
        // pixel of black at its left and top.
        Window window = new Window(
                Math.floorDiv(to.width() - size.width(), 2),
                Math.floorDiv(to.height() - size.height(), 2),
                size.width(),
                size.height());
        ResampleFilter filter =
                config.resize().map(PreprocessorConfig.Resize::filter).orElse(ResampleFilter.BICUBIC);
        return new Plan(Resampler.of(filter, from, to, window.within(to)), window);
    }

    private Size resized(Size from) {
        Optional<PreprocessorConfig.Resize> resize = config.resize();
        if (resize.isEmpty()) {
            return from;
        }
        return switch (resize.get()) {
            case PreprocessorConfig.Exact exact -> exact.size();
            case PreprocessorConfig.ShortestEdge shortest -> {
                int shorter = Math.min(from.width(), from.height());
                yield new Size(
                        proportional(shortest.length(), from.width(), shorter),
                        proportional(shortest.length(), from.height(), shorter));
            }
        };
    }

    private static int proportional(long length, int side, int shorter) {
        return Math.toIntExact(length * side / shorter);
    }

    /**
     * What is done with pictures of one size.
     *
     * @param window of the resized picture, which may reach beyond it; there it is black
     */
    private record Plan(Resampler resampler, Window window) {

        RgbImage apply(RgbImage image) {
            RgbImage visible = resampler.apply(image);
            if (visible.width() == window.width() && visible.height() == window.height()) {
                return visible;
            }
            byte[] rgb = new byte[3 * window.width() * window.height()];
            int left = Math.max(-window.left(), 0);
            int top = Math.max(-window.top(), 0);
            visible.copyTo(rgb, window.width(), left, top);
            return new RgbImage(window.width(), window.height(), rgb);
        }
    }
}
