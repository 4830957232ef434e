package dev.finexl.job;

import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.ShownPair;
import dev.finexl.store.Folders;
import dev.finexl.store.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The pictures of jobs, a folder for each job, so that whoever reads an explanation can look at its pairs. Exists because
 * pictures are large and an explanation is not: all of them together take no more disk than a budget, and for a new one the
 * job goes without its pictures that was explained longest ago. The explanation itself stays.
 *
 * <p>A picture is kept {@value #SIDE} pixels on its longer side at most; a file is there whole or not at all. When a job has
 * ended, what is shown of it are the pairs that show an aspect best and least and then the first ones, {@value #MOST_PAIRS}
 * in all. One process uses the folder at a time; what another has drawn is brought here when somebody wants to see it, where
 * the two share pictures. Nothing is touched before the first use. Thread-safe.
 */
public final class JobPictures {

    /** As large as a page shows it. */
    private static final int SIDE = 512;

    private static final int MOST_PAIRS = 128;

    private final Path root;
    private final long budget;
    private final SharedPictures shared;
    /** Bytes by job, those first that were begun first. */
    private final Map<String, Long> taken = new LinkedHashMap<>();

    private long sum;
    private boolean counted;

    /**
     * @param root folder for all of them; made when it is first written to
     * @param budget bytes that all of them may take together
     * @param shared where other processes look for those of jobs that have been explained
     */
    public JobPictures(Path root, long budget, SharedPictures shared) {
        this.root = root;
        this.budget = budget;
        this.shared = shared;
    }

    /**
     * Brings the pictures of a job here that was explained elsewhere, if they are shared and not here.
     *
     * @throws UncheckedIOException if they cannot be stored
     */
    public void bring(String job) {
        if (!shared.isShared() || isHere(job)) {
            return;
        }
        shared.get(job).ifPresent(pictures -> {
            try {
                keepAll(job, pictures);
            } catch (IOException e) {
                throw new UncheckedIOException("the pictures of job %s cannot be kept here".formatted(job), e);
            }
        });
    }

    private synchronized boolean isHere(String job) {
        return Files.isDirectory(root.resolve(job));
    }

    /** Aside, and then renamed, so that a process which ends meanwhile leaves no part of them for all. */
    private synchronized void keepAll(String job, Map<PictureBundle.Name, byte[]> pictures) throws IOException {
        if (!isHere(job)) {
            String aside = job + ".part";
            begin(aside);
            for (Map.Entry<PictureBundle.Name, byte[]> picture : pictures.entrySet()) {
                PictureBundle.Name name = picture.getKey();
                keep(aside, name.side(), name.pair(), picture.getValue());
            }
            Files.move(root.resolve(aside), root.resolve(job));
            taken.put(job, taken.remove(aside));
        }
    }

    /**
     * A picture of a job, as the bytes of a PNG file.
     *
     * @param job its id
     * @param pair index of the pair, 0 or more
     * @return empty if it is not kept
     * @throws UncheckedIOException if it cannot be read
     */
    public Optional<byte[]> find(String job, Side side, int pair) {
        try {
            return Optional.of(Files.readAllBytes(file(job, side, pair)));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("a picture of job %s cannot be read".formatted(job), e);
        }
    }

    /** The same, to be shown elsewhere. */
    public Optional<RgbImage> picture(String job, Side side, int pair) {
        return find(job, side, pair).map(bytes -> new ImageDecoder().decode(bytes, name(pair)));
    }

    /** Whether a picture is kept. */
    public boolean has(String job, Side side, int pair) {
        return Files.exists(file(job, side, pair));
    }

    /**
     * Begins with the pictures of a job, without those of an earlier attempt.
     *
     * @throws IOException if nothing can be stored
     */
    synchronized void begin(String job) throws IOException {
        remove(job);
        for (Side side : Side.values()) {
            Files.createDirectories(root.resolve(job).resolve(side.key()));
        }
        taken.put(job, 0L);
    }

    /**
     * Keeps a picture of a job that was begun. It is left out if it finds no room although no other job has pictures any more,
     * or if the job itself had to make room for a later one.
     *
     * @throws IOException if it cannot be stored
     */
    void keep(String job, Side side, int pair, RgbImage picture) throws IOException {
        keep(job, side, pair, PngEncoder.encode(picture.within(SIDE)));
    }

    private synchronized void keep(String job, Side side, int pair, byte[] png) throws IOException {
        Path file = file(job, side, pair);
        if (taken.containsKey(job) && !Files.exists(file) && makeRoom(png.length, job)) {
            WholeFile.write(file, png);
            add(job, png.length);
        }
    }

    private boolean makeRoom(long bytes, String job) throws IOException {
        while (sum + bytes > budget) {
            Optional<String> oldest =
                    taken.keySet().stream().filter(other -> !other.equals(job)).findFirst();
            if (oldest.isEmpty()) {
                return false;
            }
            remove(oldest.get());
        }
        return true;
    }

    private void add(String job, long bytes) {
        taken.merge(job, bytes, Long::sum);
        sum += bytes;
    }

    /**
     * Removes the pictures of a job that its explanation does not show, and shares the others.
     *
     * @throws IOException if some cannot be removed or read
     */
    void settle(String job, Explanation explanation) throws IOException {
        List<Integer> pairs = shown(explanation).limit(MOST_PAIRS).boxed().toList();
        leave(job, pairs.stream().map(JobPictures::name).collect(Collectors.toSet()));
        if (shared.isShared()) {
            shared.put(job, bundle(job, pairs));
        }
    }

    private synchronized void leave(String job, Set<String> shown) throws IOException {
        for (Side side : Side.values()) {
            for (Path file : children(root.resolve(job).resolve(side.key()))) {
                if (!shown.contains(file.getFileName().toString())) {
                    long bytes = Files.size(file);
                    Files.delete(file);
                    add(job, -bytes);
                }
            }
        }
    }

    /** The first pairs, as many as may be shared. */
    private Map<PictureBundle.Name, byte[]> bundle(String job, List<Integer> pairs) {
        Map<PictureBundle.Name, byte[]> pictures = new LinkedHashMap<>();
        long bytes = 0;
        for (int pair : pairs) {
            Map<PictureBundle.Name, byte[]> both = new LinkedHashMap<>();
            for (Side side : Side.values()) {
                find(job, side, pair).ifPresent(png -> both.put(new PictureBundle.Name(side, pair), png));
            }
            bytes += both.values().stream().mapToLong(png -> png.length).sum();
            if (bytes > PictureBundle.LARGEST) {
                break;
            }
            pictures.putAll(both);
        }
        return pictures;
    }

    private static IntStream shown(Explanation explanation) {
        Stream<ShownPair> examples =
                explanation.examples().stream().flatMap(example -> Stream.of(example.best(), example.worst()));
        return Stream.concat(examples, explanation.pairs().stream())
                .mapToInt(ShownPair::index)
                .distinct();
    }

    /**
     * Removes what is shared of the pictures of a job that is to be no more; what is here is swept.
     *
     * @return whether nothing is left
     */
    boolean forget(String job) {
        return shared.remove(job);
    }

    /**
     * Removes the pictures of a job that are here, if there are any.
     *
     * @throws IOException if they cannot be removed
     */
    synchronized void remove(String job) throws IOException {
        countOnce();
        Folders.remove(root.resolve(job));
        Long bytes = taken.remove(job);
        sum -= bytes == null ? 0 : bytes;
    }

    /** Removes the pictures of jobs of which something does not hold. */
    synchronized void sweep(Predicate<String> lives) throws IOException {
        countOnce();
        for (String job : List.copyOf(taken.keySet())) {
            if (!lives.test(job)) {
                remove(job);
            }
        }
    }

    /** What earlier runs of the process have left takes room as well. */
    private void countOnce() throws IOException {
        if (counted) {
            return;
        }
        counted = true;
        List<Path> folders = new ArrayList<>(children(root));
        folders.sort(Comparator.comparing(folder -> folder.toFile().lastModified()));
        for (Path folder : folders) {
            add(folder.getFileName().toString(), Folders.bytes(folder));
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private Path file(String job, Side side, int pair) {
        return root.resolve(job).resolve(side.key()).resolve(name(pair));
    }

    private static String name(int pair) {
        return String.format(Locale.ROOT, "%04d.png", pair);
    }
}
