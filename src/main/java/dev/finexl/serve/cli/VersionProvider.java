package dev.finexl.serve.cli;

import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.IVersionProvider;

/** The program's version, as the build wrote it. */
public final class VersionProvider implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {
            "finexl " + ConfigProvider.getConfig().getValue("quarkus.application.version", String.class)
        };
    }
}
