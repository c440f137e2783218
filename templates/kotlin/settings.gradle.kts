rootProject.name = "revento-integration"
