package dev.finexl.store;

/** The rule for names of files inside a model, the same wherever the model lives. */
final class FileNames {

    private static final int LONGEST = 1024;

    private FileNames() {}

    /**
     * Checks that a name is relative, uses {@code /} between folders and cannot leave the model.
     *
     * @return the name
     * @throws ModelFileException for an empty name, an absolute one, or one with {@code .}, {@code ..}, an empty part, a
     *     backslash or a control character
     */
    static String check(ModelFiles model, String name) {
        if (name.length() > LONGEST) {
            throw new ModelFileException("%s: a file name of %d characters; at most %d are accepted"
                    .formatted(model.reference(), name.length(), LONGEST));
        }
        // The limit -1 keeps trailing empty parts, so that "folder/" is refused like "a//b" and "/a".
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw refused(model, name);
            }
        }
        if (name.chars().anyMatch(c -> c == '\\' || Character.isISOControl(c))) {
            throw refused(model, name);
        }
        return name;
    }

    static ModelFileException refused(ModelFiles model, String name) {
        return new ModelFileException(
                model, name, "is refused: a name must be relative, with / between folders, and stay inside the model");
    }
}
